import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat } from '@claviger/bytes'
import {
  decodeEncryptedPkcs8,
  decodePkcs12,
  encodeEncryptedPkcs8,
  encodePkcs12,
  KeyFileError,
  type KeyFileErrorCode,
} from '../src/index.ts'
import {
  encodeBmpString,
  encodeExplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
} from '../src/der-writer.ts'
import { OID } from '../src/oid.ts'
import { EC_PKCS8, FEW, PRIVATE, SECRET } from './samples.ts'

const sealed = (passphrase: string): Uint8Array =>
  encodePkcs12([PRIVATE, SECRET], { passphrase, iterations: FEW })

const refusal =
  (code: KeyFileErrorCode) =>
  (error: unknown): boolean =>
    error instanceof KeyFileError && error.code === code

describe('PKCS #12', () => {
  for (const passphrase of ['correct horse', '', 'Grüße 鍵 🗝']) {
    test(`is read as it was written, under ${JSON.stringify(passphrase)}`, () => {
      const contents = decodePkcs12(sealed(passphrase), { passphrase })
      assert.deepEqual(contents, {
        entries: [PRIVATE, SECRET],
        skipped: [],
        isAuthenticated: true,
      })
    })
  }

  test('tells a wrong passphrase from none', () => {
    const file = sealed('right')
    assert.throws(() => decodePkcs12(file, { passphrase: 'wrong' }), refusal('wrong-passphrase'))
    assert.throws(() => decodePkcs12(file, { passphrase: '' }), refusal('wrong-passphrase'))
    assert.throws(() => decodePkcs12(file, {}), refusal('passphrase-needed'))
  })

  test('notices any byte that was changed in what the MAC covers, before it decrypts', () => {
    const file = sealed('right')
    const changed = Uint8Array.from(file)
    const at = Math.floor(file.length / 2)
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(
      () => decodePkcs12(changed, { passphrase: 'right' }),
      (error) => error instanceof KeyFileError,
    )
  })

  test('costs no more than was allowed', () => {
    const file = sealed('right')
    assert.throws(
      () => decodePkcs12(file, { passphrase: 'right', iterationsMax: FEW }),
      refusal('too-costly'),
    )
    const greedy = encodePkcs12([PRIVATE], { passphrase: 'right', iterations: FEW })
    // The count is the last INTEGER of the file: more than anything would compute.
    const end = greedy.subarray(0, greedy.length - 1)
    assert.equal(greedy.at(-1), FEW)
    const many = concat(end, Uint8Array.of(0x7f))
    assert.throws(
      () => decodePkcs12(many, { passphrase: 'right', iterationsMax: 100 }),
      refusal('too-costly'),
    )
  })

  test('refuses what is cut short, and what follows', () => {
    const file = sealed('right')
    for (const bytes of [file.subarray(0, -1), concat(file, Uint8Array.of(0)), new Uint8Array()]) {
      assert.throws(() => decodePkcs12(bytes, { passphrase: 'right' }), refusal('malformed'))
    }
  })

  test('refuses a file larger than any', () => {
    const large = new Uint8Array(4 * 1024 * 1024 + 1)
    assert.throws(() => decodePkcs12(large, { passphrase: '' }), refusal('too-large'))
  })
})

/** `PFX` of one safe, without a MAC. */
function pfxOf(type: string, content: Uint8Array): Uint8Array {
  const safe = encodeSequence(encodeOid(type), encodeExplicit(0, content))
  const safes = encodeOctetString(encodeSequence(safe))
  const authSafe = encodeSequence(encodeOid(OID.data), encodeExplicit(0, safes))
  return encodeSequence(encodeInteger(3), authSafe)
}

describe('PKCS #12 under no passphrase', () => {
  test('is refused where it is signed, and told of where it is for an account', () => {
    const signed = encodeSequence(encodeOid(OID.signedData), encodeExplicit(0, encodeSequence()))
    const pfx = encodeSequence(encodeInteger(3), signed)
    assert.throws(() => decodePkcs12(pfx, {}), refusal('unsupported'))
    const { entries, skipped } = decodePkcs12(pfxOf(OID.envelopedData, encodeSequence()), {})
    assert.deepEqual([entries, skipped.length], [[], 1])
    assert.match(skipped[0]?.why ?? '', /for a certificate or an account/)
  })

  test('gives what it can read, though an attribute is empty or unknown', () => {
    const attributes = encodeSet(
      encodeSequence(encodeOid('1.3.6.1.4.1.311.17.2'), encodeSet()),
      encodeSequence(encodeOid(OID.friendlyName), encodeSet(encodeBmpString(''))),
    )
    const bag = encodeSequence(encodeOid(OID.keyBag), encodeExplicit(0, EC_PKCS8), attributes)
    const crl = encodeSequence(encodeOid(OID.crlBag), encodeExplicit(0, encodeSequence()))
    const pfx = pfxOf(OID.data, encodeOctetString(encodeSequence(bag, crl)))
    const { entries, skipped } = decodePkcs12(pfx, {})
    assert.deepEqual(entries, [{ kind: 'private-key', pkcs8: EC_PKCS8, chain: [] }])
    assert.equal(skipped.length, 1)
  })
})

describe('encrypted PKCS #8', () => {
  test('is read as it was written', () => {
    const file = encodeEncryptedPkcs8(EC_PKCS8, { passphrase: 'right', iterations: FEW })
    assert.deepEqual(decodeEncryptedPkcs8(file, { passphrase: 'right' }), EC_PKCS8)
  })

  test('never opens under another passphrase', () => {
    const file = encodeEncryptedPkcs8(EC_PKCS8, { passphrase: 'right', iterations: FEW })
    for (let guess = 0; guess < 600; guess++) {
      assert.throws(
        () => decodeEncryptedPkcs8(file, { passphrase: `wrong ${guess}` }),
        refusal('wrong-passphrase'),
      )
    }
  })
})
