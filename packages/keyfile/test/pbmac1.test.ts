// RFC 9579: a MAC by PBMAC1, made here by node:crypto alone, as OpenSSL 3.0 and Java 17 make none.
import assert from 'node:assert/strict'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import {
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from '../src/der-writer.ts'
import { decodePkcs12 } from '../src/index.ts'
import { OID } from '../src/oid.ts'
import { EC_PKCS8 } from './samples.ts'

function pfx(passphrase: string, keyBytes: number): Uint8Array {
  const bag = encodeSequence(encodeOid(OID.keyBag), encodeExplicit(0, EC_PKCS8))
  const safe = encodeOctetString(encodeSequence(bag))
  const content = encodeSequence(encodeSequence(encodeOid(OID.data), encodeExplicit(0, safe)))
  const salt = Buffer.alloc(8, 1)
  const key = pbkdf2Sync(passphrase, salt, 3, keyBytes, 'sha256')
  const mac = createHmac('sha256', key).update(content).digest()
  const hmac = encodeSequence(encodeOid(OID.hmacSha256), encodeElement(5))
  const derivation = encodeSequence(
    encodeOid(OID.pbkdf2),
    encodeSequence(encodeOctetString(salt), encodeInteger(3), encodeInteger(keyBytes), hmac),
  )
  const algorithm = encodeSequence(encodeOid(OID.pbmac1), encodeSequence(derivation, hmac))
  return encodeSequence(
    encodeInteger(3),
    encodeSequence(encodeOid(OID.data), encodeExplicit(0, encodeOctetString(content))),
    encodeSequence(encodeSequence(algorithm, encodeOctetString(mac)), encodeOctetString(salt)),
  )
}

test('PBMAC1 vouches for a file under its passphrase, and no other', () => {
  const { entries, isAuthenticated } = decodePkcs12(pfx('right', 32), { passphrase: 'right' })
  assert.deepEqual([entries.length, isAuthenticated], [1, true])
  assert.throws(() => decodePkcs12(pfx('right', 32), { passphrase: 'wrong' }), {
    code: 'wrong-passphrase',
  })
})

test('a key of the MAC that is too short or too long is refused', () => {
  for (const keyBytes of [1, 15, 129]) {
    assert.throws(() => decodePkcs12(pfx('right', keyBytes), { passphrase: 'right' }), {
      code: 'malformed',
    })
  }
})
