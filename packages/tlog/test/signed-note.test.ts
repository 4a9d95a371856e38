import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import fc from 'fast-check'
import {
  decodeNote,
  encodeNote,
  NOTE_BYTES_MAX,
  openNote,
  signNote,
  TlogError,
} from '../src/index.ts'
import { generateKey } from './memory-log.ts'

const TEXT = 'first line\n\nlast line\n'
const signature = { name: 'a', keyId: 1, signature: Uint8Array.of(9) }

describe('signed notes', () => {
  it('carry text with empty lines and sixteen post-quantum signatures', async () => {
    const keys = Array.from({ length: 16 }, (_, at) =>
      generateKey('ed25519', `signer.example/${at}`),
    )
    const note = await signNote(
      TEXT,
      keys.map((key) => key.signer),
    )
    const opened = await openNote(
      note,
      keys.map((key) => key.verifier),
    )
    assert.equal(opened.text, TEXT)
    assert.equal(opened.verified.length, 16)
    const large = { ...signature, signature: new Uint8Array(5000) }
    const signatures = Array.from({ length: 16 }, () => large)
    assert.equal(decodeNote(encodeNote({ text: TEXT, signatures })).signatures.length, 16)
  })

  it('ignore unknown keys, even of a known name or id', async () => {
    const [known, other] = [generateKey('ed25519', 'known'), generateKey('ed25519', 'known')]
    const note = await signNote(TEXT, [other.signer, known.signer])
    const opened = await openNote(note, [known.verifier])
    assert.deepEqual([opened.verified.length, opened.unknown.length], [1, 1])
    await assert.rejects(openNote(note, []), { code: 'unknown-signer' })
    const renamed = { ...known.verifier, name: 'other' }
    await assert.rejects(openNote(note, [renamed]), { code: 'unknown-signer' })
  })

  it('are refused for one bad signature of a known key beside a good one', async () => {
    const [good, bad] = [generateKey('ed25519', 'good'), generateKey('ed25519', 'bad')]
    const { text, signatures } = decodeNote(await signNote(TEXT, [good.signer, bad.signer]))
    const forged = Uint8Array.from(signatures[1]?.signature as Uint8Array)
    forged[5] = (forged[5] as number) ^ 1
    const list = [signatures[0], { ...signatures[1], signature: forged }] as typeof signatures
    const note = encodeNote({ text, signatures: list })
    await assert.rejects(openNote(note, [good.verifier, bad.verifier]), { code: 'bad-signature' })
    assert.equal((await openNote(note, [good.verifier])).verified.length, 1)
  })

  it('are refused when two known keys share a name and an id', async () => {
    const key = generateKey('ed25519')
    const note = await signNote(TEXT, [key.signer])
    await assert.rejects(openNote(note, [key.verifier, key.verifier]), { code: 'malformed-key' })
  })

  it('round-trip', () => {
    const line = fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => !/\p{Cc}/u.test(text))
    const name = fc.stringMatching(/^[a-z0-9./é]{1,20}$/)
    const signatures = fc.array(
      fc.record({
        name,
        keyId: fc.nat(0xffff_ffff),
        signature: fc.uint8Array({ minLength: 1, maxLength: 80 }),
      }),
      { minLength: 1, maxLength: 16 },
    )
    fc.assert(
      fc.property(fc.array(line), signatures, (lines, list) => {
        const note = {
          text: `${lines.join('\n')}\n`,
          signatures: list.map((value) => ({ ...value })),
        }
        assert.deepEqual(decodeNote(encodeNote(note)), note)
      }),
    )
  })

  const valid = decodeUtf8(encodeNote({ text: 'text\n', signatures: [signature] }))
  for (const [why, note] of Object.entries({
    'no text': '',
    'no signature': 'text\n\n',
    'no blank line': valid.replace('\n\n', '\n'),
    'no final newline': valid.slice(0, -1),
    'a hyphen for the dash': valid.replace('—', '-'),
    'two spaces': valid.replace('— a ', '— a  '),
    'a plus in the name': valid.replace('— a', '— a+'),
    'an ideographic space in the name': valid.replace('— a', '— a\u3000'),
    'a carriage return': valid.replace('text\n', 'text\r\n'),
    'a tab': valid.replace('text', 'te\txt'),
    'a signature without bytes': valid.replace(/ [^ ]+\n$/, ' AAAAAQ==\n'),
    'base64 without padding': valid.replaceAll('=', ''),
    'text after the signatures': `${valid}more\n`,
  })) {
    it(`are refused with ${why}`, () => {
      assert.throws(() => decodeNote(encodeUtf8(note)), { code: 'malformed-note' })
    })
  }

  it('are refused when they are not UTF-8, too long or signed too often', () => {
    assert.throws(() => decodeNote(Uint8Array.of(0xff)), { code: 'malformed-note' })
    assert.throws(() => decodeNote(new Uint8Array(NOTE_BYTES_MAX + 1)), { code: 'too-large' })
    const often = valid + valid.slice(valid.indexOf('—')).repeat(100)
    assert.throws(() => decodeNote(encodeUtf8(often)), { code: 'too-large' })
    assert.throws(() => encodeNote({ text: 'no newline', signatures: [signature] }), TlogError)
    assert.throws(() => encodeNote({ text: TEXT, signatures: [] }), TlogError)
  })
})
