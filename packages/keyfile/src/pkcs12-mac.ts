// The MAC over a PKCS #12 file: with its own derivation (RFC 7292 §4) or PBMAC1 (RFC 9579).
import { constantTimeEqual } from '@claviger/bytes'
import { hashLengthBytes, type HashName, hmac, randomBytes } from '@claviger/crypto'
import type { DerReader } from './der-reader.ts'
import {
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from './der-writer.ts'
import { malformed, unsupported } from './error.ts'
import { DIGESTS, HMACS, OID } from './oid.ts'
import type { Passphrase } from './passphrase.ts'
import { boundedSalt, derivePbkdf2, type Opening } from './pbe.ts'
import { KDF_PURPOSE, pkcs12Kdf } from './pkcs12-kdf.ts'

const SALT_BYTES = 16
const PBMAC1_KEY_BYTES_MIN = 16

/** Whether the passphrase made the MAC. @param macData what is inside the MacData */
export function isMacOf(macData: DerReader, content: Uint8Array, opening: Opening): boolean {
  const digestInfo = macData.sequence()
  const algorithm = digestInfo.sequence()
  const stated = digestInfo.octetString()
  digestInfo.end()
  const salt = macData.octetString()
  const iterations = macData.isAtEnd ? 1 : macData.smallInteger()
  macData.end()
  const oid = algorithm.oid()
  if (oid === OID.pbmac1) return isPbmac1(algorithm, { content, stated, opening })
  const hash = Object.hasOwn(DIGESTS, oid) ? DIGESTS[oid] : undefined
  if (hash === undefined) throw unsupported(`its MAC is by ${oid}, which is not read here`)
  opening.effort.spend(iterations)
  const parameters = { hash, salt: boundedSalt(salt), iterations }
  return constantTimeEqual(computeMac(content, opening.passphrase, parameters), stated)
}

function computeMac(
  content: Uint8Array,
  passphrase: Passphrase,
  { hash, salt, iterations }: { hash: HashName; salt: Uint8Array; iterations: number },
): Uint8Array {
  const key = pkcs12Kdf(passphrase.bmp, salt, {
    hash,
    purpose: KDF_PURPOSE.mac,
    iterations,
    lengthBytes: hashLengthBytes(hash),
  })
  const mac = hmac(hash, key, content)
  key.fill(0)
  return mac
}

function isPbmac1(
  algorithm: DerReader,
  { content, stated, opening }: { content: Uint8Array; stated: Uint8Array; opening: Opening },
): boolean {
  const parameters = algorithm.sequence()
  const derivation = parameters.sequence()
  const scheme = parameters.sequence().oid()
  parameters.end()
  const hash = Object.hasOwn(HMACS, scheme) ? HMACS[scheme] : undefined
  if (hash === undefined) throw unsupported(`its MAC is by ${scheme}, which is not read here`)
  const key = derivePbkdf2(derivation, opening)
  if (key.length < PBMAC1_KEY_BYTES_MIN) throw malformed('the key of the MAC is too short')
  const mac = hmac(hash, key, content)
  key.fill(0)
  return constantTimeEqual(mac, stated)
}

/** MacData by HMAC-SHA-256. */
export function encodeMac(
  content: Uint8Array,
  passphrase: Passphrase,
  iterations: number,
): Uint8Array {
  const salt = randomBytes(SALT_BYTES)
  const mac = computeMac(content, passphrase, { hash: 'sha256', salt, iterations })
  return encodeSequence(
    encodeSequence(encodeSequence(encodeOid(OID.sha256), encodeNull()), encodeOctetString(mac)),
    encodeOctetString(salt),
    encodeInteger(iterations),
  )
}
