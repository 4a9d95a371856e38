// ML-DSA over an external µ (FIPS 204 §6.2, the "external mu" of its FAQ). OpenSSL has it; node:crypto does
// not pass it on, so it is @noble/post-quantum's. Messages are signed by OpenSSL.
import type { KeyObject } from 'node:crypto'
import { copy } from '@claviger/bytes'
import { parseExpandedKey, parsePrivateKeyInfo } from '../der.ts'
import { unsupported } from '../error.ts'
import { noble } from '../noble.ts'

type ParameterSet = ReturnType<typeof noble.mlDsa>['ml_dsa44']

const names = { 'ml-dsa-44': 'ml_dsa44', 'ml-dsa-65': 'ml_dsa65', 'ml-dsa-87': 'ml_dsa87' } as const

/** Hedged (FIPS 204 §3.4) unless `randomness` is given, which only known-answer tests do. */
export function signExternalMu(
  key: KeyObject,
  mu: Uint8Array,
  randomness?: Uint8Array,
): Uint8Array {
  const secret = expandedKey(key)
  try {
    const extraEntropy = randomness === undefined ? {} : { extraEntropy: randomness }
    return parameterSet(key).internal.sign(mu, secret, { externalMu: true, ...extraEntropy })
  } finally {
    secret.fill(0)
  }
}

export function verifyExternalMu(key: KeyObject, mu: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = key.export({ format: 'raw-public' })
  return parameterSet(key).internal.verify(signature, mu, publicKey, { externalMu: true })
}

function parameterSet(key: KeyObject): ParameterSet {
  const name = key.asymmetricKeyType ?? ''
  if (!Object.hasOwn(names, name)) throw unsupported('key is not an ML-DSA key')
  return noble.mlDsa()[names[name as keyof typeof names]]
}

/** sk of FIPS 204 §7.2: expanded from the seed, or read where the key was imported without one. */
function expandedKey(key: KeyObject): Uint8Array {
  let seed: Uint8Array
  try {
    seed = key.export({ format: 'raw-seed' })
  } catch {
    const der = key.export({ format: 'der', type: 'pkcs8' })
    const expanded = copy(parseExpandedKey(parsePrivateKeyInfo(der).key))
    der.fill(0)
    return expanded
  }
  const { secretKey } = parameterSet(key).keygen(seed)
  seed.fill(0)
  return secretKey
}
