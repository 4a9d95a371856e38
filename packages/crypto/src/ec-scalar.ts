// The private scalars of the elliptic curves, read here and not by OpenSSL: its reader of ECPrivateKey
// (RFC 5915) frees the scalar without clearing it, and it takes scalars of zero and beyond the order.
import {
  type AlgorithmIdentifier,
  ID_EC_PUBLIC_KEY,
  isNamedCurve,
  parseEcPrivateKey,
  parsePrivateKeyInfo,
} from './der.ts'
import { invalidKey } from './error.ts'
import type { KeySpec } from './spec.ts'

type Curve = {
  /** The content bytes of the curve's object identifier. */
  readonly oid: string
  /** n, as long as a scalar is written: ceil(log2(n) / 8) bytes (RFC 5915 §3). */
  readonly order: Uint8Array
}

function curve(oid: string, ...order: readonly string[]): Curve {
  return { oid, order: Uint8Array.fromHex(order.join('')) }
}

/** SP 800-186 §3.2.1, SEC 2 §2.4.1, RFC 5639 §3. */
const curves: Partial<Record<KeySpec, Curve>> = {
  'ec-p256': curve(
    '2a8648ce3d030107',
    'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  ),
  'ec-p384': curve(
    '2b81040022',
    'ffffffffffffffffffffffffffffffffffffffffffffffff',
    'c7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ),
  'ec-p521': curve(
    '2b81040023',
    '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'fa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ),
  'ec-secp256k1': curve(
    '2b8104000a',
    'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  ),
  'ec-brainpool-p256r1': curve(
    '2b2403030208010107',
    'a9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7',
  ),
  'ec-brainpool-p384r1': curve(
    '2b240303020801010b',
    '8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b3',
    '1f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565',
  ),
  'ec-brainpool-p512r1': curve(
    '2b240303020801010d',
    'aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870',
    '553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069',
  ),
}

/** The scalar in PKCS#8, as a view of `der`: refuses another curve and a scalar that is none. */
export function ecScalarOf(spec: KeySpec, der: Uint8Array): Uint8Array {
  const { algorithm, key } = parsePrivateKeyInfo(der)
  if (algorithm.oid !== ID_EC_PUBLIC_KEY)
    throw invalidKey('key is not of the specification it was opened as')
  if (ecSpecOf(algorithm) !== spec)
    throw invalidKey('key is not of the specification it was opened as')
  const { scalar } = parseEcPrivateKey(key)
  assertScalar(spec, scalar)
  return scalar
}

/** The specification of a named curve; undefined where it is none of ours. */
export function ecSpecOf(algorithm: AlgorithmIdentifier): KeySpec | undefined {
  if (!isNamedCurve(algorithm)) throw invalidKey('elliptic-curve key does not name its curve')
  // The object identifier's tag and its length, which fits one byte, stand before its content.
  const named = algorithm.parameters?.subarray(2).toHex()
  return (Object.keys(curves) as KeySpec[]).find((spec) => curves[spec]?.oid === named)
}

/** Refuses a scalar that is not in [1, n-1] (SP 800-56A §5.6.2.1.2), in time that tells nothing else of it. */
export function assertScalar(spec: KeySpec, scalar: Uint8Array): void {
  const { order } = curveOf(spec)
  if (scalar.length !== order.length) throw invalidKey('scalar has the wrong length')
  let bits = 0
  let borrow = 0
  for (let index = order.length - 1; index >= 0; index--) {
    const byte = scalar[index] as number
    bits |= byte
    borrow = (byte - (order[index] as number) - borrow) >>> 31
  }
  if (bits === 0 || borrow === 0) throw invalidKey('scalar is out of range')
}

function curveOf(spec: KeySpec): Curve {
  const found = curves[spec]
  if (found === undefined) throw invalidKey('specification is not of an elliptic curve')
  return found
}
