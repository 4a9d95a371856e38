import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { decodeUtf8, encodeHex, encodeUtf8 } from '@claviger/bytes'
import {
  cosignedMessage,
  createNoteVerifier,
  decodeNote,
  decodeTimestampedSignature,
  encodeNote,
  openCheckpoint,
  openNote,
  parseCheckpoint,
} from '../src/index.ts'
import { algorithms, sha256 } from './memory-log.ts'

const vectors = join(import.meta.dirname, 'vectors')

// golang.org/x/mod/sumdb/note, the example of its documentation.
const goKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const goNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

// c2sp.org/signed-note, c2sp.org/tlog-cosignature: the examples in the text.
const specNote = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`
const specCheckpoint = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
`
const specCosigned = `${specCheckpoint}
— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`

describe('published examples', () => {
  it('the Go documentation note verifies', async () => {
    const verifier = createNoteVerifier(sha256, goKey, algorithms)
    assert.equal((await openNote(encodeUtf8(goNote), [verifier])).verified.length, 1)
    const changed = encodeUtf8(goNote.replace('cryptography', 'cryptographY'))
    await assert.rejects(openNote(changed, [verifier]), { code: 'bad-signature' })
  })

  it('the notes of the specifications decode and encode again', () => {
    for (const note of [specNote, specCosigned, goNote]) {
      assert.equal(decodeUtf8(encodeNote(decodeNote(encodeUtf8(note)))), note)
    }
    const { text, signatures } = decodeNote(encodeUtf8(specNote))
    assert.ok(text.endsWith('ed è subito sera.\n'))
    assert.equal(signatures[0]?.keyId, 0x367ba04b)
  })

  it('the cosigned checkpoint of the specification has its parts', () => {
    const { text, signatures } = decodeNote(encodeUtf8(specCosigned))
    assert.equal(text, specCheckpoint)
    const checkpoint = parseCheckpoint(text)
    assert.equal(checkpoint.origin, 'example.com/behind-the-sofa')
    assert.equal(checkpoint.size, 20_852_163)
    const signature = signatures[1]?.signature as Uint8Array
    const { timestamp } = decodeTimestampedSignature('cosignature-ed25519', signature)
    assert.equal(timestamp, 1_679_315_147)
    const statement = { cosignerName: 'witness.example.com/w1', timestamp, text }
    assert.equal(
      decodeUtf8(cosignedMessage('cosignature-ed25519', statement)),
      `cosignature/v1\ntime 1679315147\n${specCheckpoint}`,
    )
  })

  it('the ML-DSA-44 message has the layout of the specification', () => {
    const statement = { cosignerName: 'w', timestamp: 258, text: specCheckpoint }
    const message = cosignedMessage('cosignature-ml-dsa-44', statement)
    const expected = [
      '737562747265652f76310a00',
      '0177',
      '0000000000000102',
      '1b6578616d706c652e636f6d2f626568696e642d7468652d736f6661',
      '0000000000000000',
      '00000000013e2dc3',
      encodeHex(parseCheckpoint(specCheckpoint).root),
    ]
    assert.equal(encodeHex(message), expected.join(''))
  })

  it('a checkpoint signed by another implementation with ML-DSA-44 verifies', async () => {
    const vkey = readFileSync(join(vectors, 'litewitness-mldsa.vkey'), 'utf8').trimEnd()
    const note = readFileSync(join(vectors, 'litewitness-mldsa.note'))
    const verifier = createNoteVerifier(sha256, vkey, algorithms)
    const checkpoint = await openCheckpoint(note, [verifier], 'example.com/mldsa-log')
    assert.equal(checkpoint.size, 1)
    const signature = checkpoint.verified[0]?.signature as Uint8Array
    assert.equal(decodeTimestampedSignature('cosignature-ml-dsa-44', signature).timestamp, 0)
    const changed = Buffer.from(note.toString().replace('\n1\n', '\n2\n'))
    await assert.rejects(openNote(changed, [verifier]), { code: 'bad-signature' })
  })
})
