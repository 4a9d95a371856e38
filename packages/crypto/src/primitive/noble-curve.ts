// The curves of @noble/curves, for the two things OpenSSL has but node:crypto does not pass on: ECDSA over a
// given digest, and Ed25519ph/Ed448ph (RFC 8032). docs/adr/0002-prehashed-signing.md gives the reasons.
import type { KeyObject } from 'node:crypto'
import { concat, encodeUtf8 } from '@claviger/bytes'
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { eddsa } from '@noble/curves/abstract/edwards.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { ed448 } from '@noble/curves/ed448.js'
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { unsupported } from '../error.ts'
import { hash, shake256 } from '../hash.ts'

export type CurveFn = ECDSA

const ecdsaCurves: Record<string, ECDSA> = {
  prime256v1: p256,
  secp384r1: p384,
  secp521r1: p521,
  secp256k1,
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
}

export function ecdsaCurve(key: KeyObject): ECDSA {
  const curve = ecdsaCurves[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (curve === undefined) throw unsupported('curve has no prehashed signatures here')
  return curve
}

const isDigest = (digest: Uint8Array): Uint8Array => digest

/** Ed25519ph (RFC 8032 §5.1) taking PH(M) itself where noble's own takes M. */
export const ed25519ph = eddsa(
  ed25519.Point,
  hashFunction((m) => hash('sha512', m), 64),
  {
    adjustScalarBytes: clamp25519,
    domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
      concat(dom('SigEd25519 no Ed25519 collisions', prehashed, context), data),
    prehash: isDigest,
  },
)

/** Ed448ph (RFC 8032 §5.2), likewise. */
export const ed448ph = eddsa(
  ed448.Point,
  hashFunction((m) => shake256(m, 114), 114),
  {
    adjustScalarBytes: clamp448,
    domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
      concat(dom('SigEd448', prehashed, context), data),
    prehash: isDigest,
  },
)

/** `name || phflag || len(context) || context`: dom2 and dom4 (RFC 8032 §2). */
function dom(name: string, prehashed: boolean, context: Uint8Array): Uint8Array {
  return concat(encodeUtf8(name), Uint8Array.of(prehashed ? 1 : 0, context.length), context)
}

/** RFC 8032 §5.1.5 step 2. */
function clamp25519(bytes: Uint8Array): Uint8Array {
  bytes[0] = (bytes[0] as number) & 0xf8
  bytes[31] = ((bytes[31] as number) & 0x7f) | 0x40
  return bytes
}

/** RFC 8032 §5.2.5 step 2. */
function clamp448(bytes: Uint8Array): Uint8Array {
  bytes[0] = (bytes[0] as number) & 0xfc
  bytes[55] = (bytes[55] as number) | 0x80
  bytes[56] = 0
  return bytes
}

/** Our hash in the shape noble asks for; it calls it and reads its output length. */
function hashFunction(
  compute: (message: Uint8Array) => Uint8Array,
  outputLen: number,
): Parameters<typeof eddsa>[1] {
  return Object.assign(compute, { outputLen }) as unknown as Parameters<typeof eddsa>[1]
}
