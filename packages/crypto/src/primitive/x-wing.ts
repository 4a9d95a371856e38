// X-Wing (draft-connolly-cfrg-xwing-kem §5): ML-KEM-768 and X25519 combined by SHA3-256. A composition of
// OpenSSL's three; nothing of our own but the concatenations.
import {
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  type KeyObject,
} from 'node:crypto'
import { concat, copy } from '@claviger/bytes'
import { authenticationFailed, invalidInput, invalidKey } from '../error.ts'
import { hash, shake256 } from '../hash.ts'
import { randomSecret } from '../random.ts'

const SEED_BYTES = 32
const ML_KEM_SEED_BYTES = 64
const ML_KEM_PUBLIC_BYTES = 1184
const ML_KEM_CIPHERTEXT_BYTES = 1088
const X25519_BYTES = 32
export const X_WING_PUBLIC_BYTES = ML_KEM_PUBLIC_BYTES + X25519_BYTES
export const X_WING_CIPHERTEXT_BYTES = ML_KEM_CIPHERTEXT_BYTES + X25519_BYTES
// The letters `\./` and `/^\`, the draft's picture of an X-wing.
const LABEL = Uint8Array.fromHex('5c2e2f2f5e5c')

export type XWingPublic = {
  readonly mlKem: KeyObject
  readonly x25519: KeyObject
  /** `pk_M || pk_X` */
  readonly encoded: Uint8Array
}
export type XWingSecret = {
  readonly seed: Uint8Array
  readonly mlKem: KeyObject
  readonly x25519: KeyObject
  readonly public: XWingPublic
}

/** `SHAKE256(seed, 96) = d || z || sk_X` (§5.2.1). Keeps `seed` by reference. */
export function expandXWingSeed(seed: Uint8Array): XWingSecret {
  if (seed.length !== SEED_BYTES) throw invalidKey('an X-Wing secret is a 32-byte seed')
  const expanded = shake256(seed, ML_KEM_SEED_BYTES + X25519_BYTES)
  const mlKem = privateFromRaw('ml-kem-768', 'raw-seed', expanded.subarray(0, ML_KEM_SEED_BYTES))
  const x25519 = privateFromRaw('x25519', 'raw-private', expanded.subarray(ML_KEM_SEED_BYTES))
  expanded.fill(0)
  const mlKemPublic = createPublicKey(mlKem)
  const x25519Public = createPublicKey(x25519)
  const encoded = concat(rawPublic(mlKemPublic), rawPublic(x25519Public))
  return { seed, mlKem, x25519, public: { mlKem: mlKemPublic, x25519: x25519Public, encoded } }
}

/** Reads `pk_M || pk_X`; OpenSSL makes FIPS 203 §7.2's modulus check on the first. */
export function parseXWingPublic(encoded: Uint8Array): XWingPublic {
  if (encoded.length !== X_WING_PUBLIC_BYTES) throw invalidKey('an X-Wing public key is 1216 bytes')
  const mlKem = publicFromRaw('ml-kem-768', encoded.subarray(0, ML_KEM_PUBLIC_BYTES))
  const x25519 = publicFromRaw('x25519', encoded.subarray(ML_KEM_PUBLIC_BYTES))
  return { mlKem, x25519, encoded: copy(encoded) }
}

/** Ciphertext `ct_M || ct_X` and the 32-byte shared secret (§5.4). */
export function encapsulateXWing(peer: XWingPublic): {
  ciphertext: Uint8Array
  sharedSecret: Uint8Array
} {
  const ephemeralBytes = randomSecret(X25519_BYTES)
  const ephemeral = privateFromRaw('x25519', 'raw-private', ephemeralBytes)
  ephemeralBytes.fill(0)
  const { sharedKey, ciphertext } = encapsulate(peer.mlKem)
  const ctX = rawPublic(createPublicKey(ephemeral))
  const ssX = agreeX25519(ephemeral, peer.x25519)
  const pkX = peer.encoded.subarray(ML_KEM_PUBLIC_BYTES)
  const sharedSecret = combine(sharedKey, ssX, ctX, pkX)
  return { ciphertext: concat(ciphertext, ctX), sharedSecret }
}

/** The shared secret of `ct_M || ct_X` (§5.5). */
export function decapsulateXWing(secret: XWingSecret, ciphertext: Uint8Array): Uint8Array {
  if (ciphertext.length !== X_WING_CIPHERTEXT_BYTES) {
    throw invalidInput('an X-Wing ciphertext is 1120 bytes')
  }
  const ctM = ciphertext.subarray(0, ML_KEM_CIPHERTEXT_BYTES)
  const ctX = ciphertext.subarray(ML_KEM_CIPHERTEXT_BYTES)
  const ssM = decapsulate(secret.mlKem, ctM)
  const ssX = agreeX25519(secret.x25519, publicFromRaw('x25519', ctX))
  return combine(ssM, ssX, ctX, secret.public.encoded.subarray(ML_KEM_PUBLIC_BYTES))
}

/** `SHA3-256(ss_M || ss_X || ct_X || pk_X || label)` (§5.3); zeroes both secrets. */
function combine(ssM: Uint8Array, ssX: Uint8Array, ctX: Uint8Array, pkX: Uint8Array): Uint8Array {
  const input = concat(ssM, ssX, ctX, pkX, LABEL)
  const shared = hash('sha3-256', input)
  for (const secret of [input, ssM, ssX]) secret.fill(0)
  return shared
}

function agreeX25519(privateKey: KeyObject, publicKey: KeyObject): Uint8Array {
  try {
    return diffieHellman({ privateKey, publicKey })
  } catch {
    // OpenSSL refuses a peer of small order; X-Wing would be as strong as ML-KEM, but no honest peer does it.
    throw authenticationFailed()
  }
}

function rawPublic(key: KeyObject): Uint8Array {
  return key.export({ format: 'raw-public' })
}

function privateFromRaw(
  asymmetricKeyType: 'ml-kem-768' | 'x25519',
  format: 'raw-seed' | 'raw-private',
  raw: Uint8Array,
): KeyObject {
  return createPrivateKey({
    key: Buffer.from(raw.buffer, raw.byteOffset, raw.length),
    format,
    asymmetricKeyType,
  })
}

function publicFromRaw(asymmetricKeyType: 'ml-kem-768' | 'x25519', raw: Uint8Array): KeyObject {
  try {
    const key = Buffer.from(raw.buffer, raw.byteOffset, raw.length)
    return createPublicKey({ key, format: 'raw-public', asymmetricKeyType })
  } catch {
    throw invalidKey('X-Wing public key holds an invalid component')
  }
}
