import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { concat } from '@claviger/bytes'
import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { encodeOctetString, encodePrivateKeyInfo } from '../../src/der.ts'
import { shake256 } from '../../src/hash.ts'
import {
  decapsulate,
  encapsulate,
  exportKey,
  importKey,
  type ImportedKey,
  openKey,
  openPublicKey,
  sign,
  verify,
} from '../../src/index.ts'
import { signExternalMu } from '../../src/primitive/ml-dsa-external-mu.ts'
import { isPrime } from '../../src/primitives.ts'
import { bytes, integer, isEqual, type Members, outcome, type Runner } from './harness.ts'

// The arcs 2.16.840.1.101.3.4 of NIST.
const NIST = '608648016503040'
const mlDsaOids = {
  'ml-dsa-44': `${NIST}311`,
  'ml-dsa-65': `${NIST}312`,
  'ml-dsa-87': `${NIST}313`,
}
const mlKemOids = {
  'ml-kem-512': `${NIST}401`,
  'ml-kem-768': `${NIST}402`,
  'ml-kem-1024': `${NIST}403`,
}
const nobleMlKem = { 'ml-kem-512': ml_kem512, 'ml-kem-768': ml_kem768, 'ml-kem-1024': ml_kem1024 }

type MlDsaSpec = keyof typeof mlDsaOids
type MlKemSpec = keyof typeof mlKemOids

/** `expandedKey OCTET STRING`, the form without a seed (RFC 9881 §6, RFC 9935 §6). */
function expandedPkcs8(oid: string, expanded: Uint8Array): Uint8Array {
  return encodePrivateKeyInfo(oid, encodeOctetString(expanded))
}

/**
 * The vectors' signatures are made with their own randomness, which OpenSSL's signing does not take: they are
 * compared with the signing of an external µ, which does; OpenSSL's is then made and verified.
 */
export function mlDsaSign(spec: MlDsaSpec): Runner {
  return async (test, group) => {
    const seeded = group['privateSeed'] !== undefined
    const imported = await (seeded
      ? importKey('raw-private', bytes(group, 'privateSeed'), spec)
      : importKey('pkcs8', expandedPkcs8(mlDsaOids[spec], bytes(group, 'privateKey')), spec))
    const publicKey = exportKey(imported, 'raw-public')
    if (group['publicKey']) assert.ok(isEqual(publicKey, bytes(group, 'publicKey')))
    const key = openKey(spec, imported.secret as Uint8Array)
    const context = bytes(test, 'ctx')
    const hasMessage = test['msg'] !== undefined
    const message = bytes(test, 'msg')
    if (hasMessage) {
      const fresh = await sign(key, 'ml-dsa', { message, context })
      assert.equal(await verify(key, 'ml-dsa', { message, context }, fresh), true)
    }
    const mu = hasMessage ? muOf(publicKey, message, context) : bytes(test, 'mu')
    const stated = bytes(test, 'mu')
    if (stated.length > 0) assert.ok(isEqual(mu, stated))
    const randomness = test['rnd'] === undefined ? new Uint8Array(32) : bytes(test, 'rnd')
    const der = Buffer.from(imported.secret as Uint8Array)
    const object = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    const signature = signExternalMu(object, mu, randomness)
    if (hasMessage) assert.equal(await verify(key, 'ml-dsa', { message, context }, signature), true)
    assert.equal(await verify(key, 'ml-dsa', { digest: mu }, signature), true)
    return outcome(isEqual(signature, bytes(test, 'sig')))
  }
}

/** `µ = SHAKE256(SHAKE256(pk, 64) || 0x00 || len(ctx) || ctx || M, 64)` (FIPS 204 algorithms 2 and 7). */
function muOf(publicKey: Uint8Array, message: Uint8Array, context: Uint8Array): Uint8Array {
  const tr = shake256(publicKey, 64)
  return shake256(concat(tr, Uint8Array.of(0, context.length), context, message), 64)
}

export function mlDsaVerify(spec: MlDsaSpec): Runner {
  return async (test, group) => {
    const imported = await importKey('raw-public', bytes(group, 'publicKey'), spec)
    const key = openPublicKey(spec, imported.public as Uint8Array)
    const [message, context, signature] = [
      bytes(test, 'msg'),
      bytes(test, 'ctx'),
      bytes(test, 'sig'),
    ]
    const valid = await verify(key, 'ml-dsa', { message, context }, signature)
    const digest = muOf(bytes(group, 'publicKey'), message, context)
    assert.equal(await verify(key, 'ml-dsa', { digest }, signature), valid)
    return outcome(valid)
  }
}

export function mlKemDecapsulate(spec: MlKemSpec): Runner {
  return async (test) => {
    const imported = await importKey('raw-private', bytes(test, 'seed'), spec)
    if (test['ek'] !== undefined)
      assert.ok(isEqual(exportKey(imported, 'raw-public'), bytes(test, 'ek')))
    return outcome(decapsulatesTo(imported, test))
  }
}

export function mlKemSemiExpanded(spec: MlKemSpec): Runner {
  return async (test) => {
    const pkcs8 = expandedPkcs8(mlKemOids[spec], bytes(test, 'dk'))
    return outcome(decapsulatesTo(await importKey('pkcs8', pkcs8, spec), test))
  }
}

function decapsulatesTo(key: ImportedKey, test: Members): boolean {
  const shared = decapsulate(openKey(key.spec, key.secret as Uint8Array), bytes(test, 'c'))
  return isEqual(shared, bytes(test, 'K'))
}

/** The expanded key of the vector, imported without its seed, must have the seed's public half. */
export function mlKemGenerate(spec: MlKemSpec): Runner {
  return async (test) => {
    const seeded = await importKey('raw-private', bytes(test, 'seed'), spec)
    const expanded = await importKey(
      'pkcs8',
      expandedPkcs8(mlKemOids[spec], bytes(test, 'dk')),
      spec,
    )
    const publicKeys = [exportKey(seeded, 'raw-public'), exportKey(expanded, 'raw-public')]
    return outcome(publicKeys.every((key) => isEqual(key, bytes(test, 'ek'))))
  }
}

/**
 * OpenSSL's encapsulation takes its own randomness: what is tried is whether the key is accepted and used. The
 * vector's ciphertext is recomputed with the library the tests have for it, so that the file is known to be read
 * right.
 */
export function mlKemEncapsulate(spec: MlKemSpec): Runner {
  return async (test) => {
    const imported = await importKey('raw-public', bytes(test, 'ek'), spec)
    const fresh = encapsulate(openPublicKey(spec, imported.public as Uint8Array))
    assert.equal(fresh.sharedSecret.length, 32)
    const known = nobleMlKem[spec].encapsulate(bytes(test, 'ek'), bytes(test, 'm'))
    assert.equal(fresh.ciphertext.length, known.cipherText.length)
    return outcome(
      isEqual(known.cipherText, bytes(test, 'c')) && isEqual(known.sharedSecret, bytes(test, 'K')),
    )
  }
}

export const primality: Runner = (test) => outcome(isPrime(integer(test, 'value')))
