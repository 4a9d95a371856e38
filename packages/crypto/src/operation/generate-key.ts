import { generateKeyPair, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { CryptoError, unsupported } from '../error.ts'
import { isConsistentPair, isConsistentXWing } from '../pairwise.ts'
import { expandXWingSeed } from '../primitive/x-wing.ts'
import { randomSecret } from '../random.ts'
import { isKeySpec, type KeySpec, specEntry } from '../spec.ts'
import type { Awaitable } from './awaitable.ts'

/**
 * Key material outside any key store. `secret` is raw for symmetric keys, PKCS#8 DER for asymmetric ones and
 * the 32-byte seed for X-Wing; `public` is SPKI DER, raw for X-Wing. The holder zeroes `secret`.
 */
export type KeyMaterial = {
  readonly spec: KeySpec
  readonly secret: Uint8Array
  readonly public?: Uint8Array
}

type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

const X_WING_SEED_BYTES = 32
const RSA_PUBLIC_EXPONENT = 65537

/**
 * Makes a key. A pair that fails its pairwise-consistency test is thrown away and reported as
 * 'self-test-failed'. By promise for RSA, ML-DSA, SLH-DSA and the slow curves.
 */
export function generateKey(spec: KeySpec): Awaitable<KeyMaterial> {
  if (!isKeySpec(spec)) throw unsupported('specification is not one this build offers')
  const entry = specEntry(spec)
  if (entry.family === 'symmetric') return generateSymmetric(spec, entry.lengthBytes as number)
  if (entry.family === 'x-wing') return generateXWing()
  if (entry.slowPrivate) return generatePairAsync(spec)
  const pair = generateKeyPairSync(...pairRequest(spec)) as unknown as Pair
  const consistent = isConsistentPair(spec, pair.privateKey, pair.publicKey)
  if (typeof consistent === 'boolean') return exportConsistent(spec, pair, consistent)
  return consistent.then((result) => exportConsistent(spec, pair, result))
}

function generateSymmetric(spec: KeySpec, lengthBytes: number): KeyMaterial {
  // Two equal halves of an XTS key have a chance of 2^-128 or less; openKey refuses them all the same.
  return { spec, secret: randomSecret(lengthBytes) }
}

function generateXWing(): KeyMaterial {
  const secret = randomSecret(X_WING_SEED_BYTES)
  const publicKey = expandXWingSeed(secret).public.encoded
  assertConsistent(isConsistentXWing(secret, publicKey))
  return { spec: 'x-wing', secret, public: publicKey }
}

async function generatePairAsync(spec: KeySpec): Promise<KeyMaterial> {
  const { promise, resolve, reject } = Promise.withResolvers<Pair>()
  const [type, options] = pairRequest(spec)
  generateKeyPair(type, options, (error, publicKey, privateKey) => {
    if (error === null) resolve({ publicKey, privateKey } as unknown as Pair)
    else reject(new CryptoError('self-test-failed', 'key pair could not be made'))
  })
  const pair = await promise
  const consistent = await isConsistentPair(spec, pair.privateKey, pair.publicKey)
  return exportConsistent(spec, pair, consistent)
}

/** node:crypto's name and options; its types know each name apart, and one of them stands for all here. */
function pairRequest(spec: KeySpec): ['rsa', { modulusLength: number; publicExponent: number }] {
  const entry = specEntry(spec)
  const name = entry.opensslName as string
  const request =
    entry.family === 'rsa'
      ? [
          'rsa',
          { modulusLength: (entry.lengthBytes as number) * 8, publicExponent: RSA_PUBLIC_EXPONENT },
        ]
      : entry.family === 'ec'
        ? ['ec', { namedCurve: name }]
        : [name, {}]
  return request as ['rsa', { modulusLength: number; publicExponent: number }]
}

function exportConsistent(spec: KeySpec, pair: Pair, consistent: boolean): KeyMaterial {
  assertConsistent(consistent)
  const secret = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  return { spec, secret, public: pair.publicKey.export({ type: 'spki', format: 'der' }) }
}

function assertConsistent(consistent: boolean): void {
  if (!consistent) {
    throw new CryptoError('self-test-failed', 'new key pair failed its consistency test; try again')
  }
}
