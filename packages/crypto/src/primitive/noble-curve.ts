// The curves of @noble/curves, for the two things OpenSSL has but node:crypto does not pass on: ECDSA over a
// given digest, and Ed25519ph/Ed448ph (RFC 8032). docs/adr/0002-prehashed-signing.md gives the reasons.
import type { KeyObject } from 'node:crypto'
import { concat, encodeUtf8 } from '@claviger/bytes'
import type { EdDSA } from '@noble/curves/abstract/edwards.js'
import type { ECDSA } from '@noble/curves/abstract/weierstrass.js'
import { unsupported } from '../error.ts'
import { hash, shake256 } from '../hash.ts'
import { noble } from '../noble.ts'

export type CurveFn = ECDSA

const ecdsaCurves: Record<string, () => ECDSA> = {
  prime256v1: () => noble.nist().p256,
  secp384r1: () => noble.nist().p384,
  secp521r1: () => noble.nist().p521,
  secp256k1: () => noble.secp256k1().secp256k1,
  brainpoolP256r1: () => noble.brainpool().brainpoolP256r1,
  brainpoolP384r1: () => noble.brainpool().brainpoolP384r1,
  brainpoolP512r1: () => noble.brainpool().brainpoolP512r1,
}

export function ecdsaCurve(key: KeyObject): ECDSA {
  const curve = ecdsaCurves[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (curve === undefined) throw unsupported('curve has no prehashed signatures here')
  return curve()
}

export type PrehashedEdwards = 'ed25519ph' | 'ed448ph'

const made = new Map<PrehashedEdwards, EdDSA>()

/** Ed25519ph or Ed448ph (RFC 8032 §5.1, §5.2) taking PH(M) itself where noble's own takes M. */
export function edwardsCurve(kind: PrehashedEdwards): EdDSA {
  const known = made.get(kind)
  if (known !== undefined) return known
  const curve = kind === 'ed25519ph' ? makeEd25519ph() : makeEd448ph()
  made.set(kind, curve)
  return curve
}

const isDigest = (digest: Uint8Array): Uint8Array => digest

function makeEd25519ph(): EdDSA {
  return noble.edwards().eddsa(
    noble.ed25519().ed25519.Point,
    hashFunction((m) => hash('sha512', m), 64),
    {
      adjustScalarBytes: clamp25519,
      domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
        concat(dom('SigEd25519 no Ed25519 collisions', prehashed, context), data),
      prehash: isDigest,
    },
  )
}

function makeEd448ph(): EdDSA {
  return noble.edwards().eddsa(
    noble.ed448().ed448.Point,
    hashFunction((m) => shake256(m, 114), 114),
    {
      adjustScalarBytes: clamp448,
      domain: (data: Uint8Array, context: Uint8Array, prehashed: boolean) =>
        concat(dom('SigEd448', prehashed, context), data),
      prehash: isDigest,
    },
  )
}

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

type EdwardsHash = Parameters<ReturnType<typeof noble.edwards>['eddsa']>[1]

/** Our hash in the shape noble asks for; it calls it and reads its output length. */
function hashFunction(
  compute: (message: Uint8Array) => Uint8Array,
  outputLen: number,
): EdwardsHash {
  return Object.assign(compute, { outputLen }) as unknown as EdwardsHash
}
