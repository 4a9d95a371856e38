import { decodeBase64, encodeBase64url } from '@claviger/bytes'
import {
  type Assertion,
  type ApproverKey,
  type ApproverKeyAlgorithm,
  KeeperError,
  type VerifiedSignature,
} from '@claviger/core'
import { hash, type KeySpec } from '@claviger/crypto'

/** Where passkeys are used: the relying party's id, and the origins of its pages. */
export interface RelyingParty {
  readonly id: string
  readonly origins: readonly string[]
}

/** WebAuthn §4, credential id. */
const CREDENTIAL_BYTES_MAX = 1_023

/*
 * A public key as an authenticator gives it is a COSE_Key in the one encoding that CTAP2 has (§8; WebAuthn
 * §5.8.5), so that a template reads it and makes it again:
 *
 * P-256:   kty EC2 || alg ES256 || crv P-256 || x = x (32) || y = y (32)
 * Ed25519: kty OKP || alg EdDSA || crv Ed25519 || x = x (32)
 */
const P256 = {
  head: Uint8Array.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20),
  between: Uint8Array.of(0x22, 0x58, 0x20),
} as const
const ED25519_HEAD = Uint8Array.of(0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20)
const COORDINATE_BYTES = 32
const P256_Y = P256.head.length + COORDINATE_BYTES + P256.between.length
const P256_BYTES = P256_Y + COORDINATE_BYTES
const ED25519_BYTES = ED25519_HEAD.length + COORDINATE_BYTES
/** Of an uncompressed point (SEC 1 §2.3.3). */
const UNCOMPRESSED = 0x04

export function credentialText(credential: Uint8Array): string {
  if (credential.length > 0 && credential.length <= CREDENTIAL_BYTES_MAX) {
    return encodeBase64url(credential)
  }
  throw new KeeperError(
    'invalid-input',
    `the id of a passkey has 1 to ${CREDENTIAL_BYTES_MAX} bytes`,
  )
}

/** The raw public key of a COSE_Key, unchecked; undefined for what is none. */
export function rawOfCose(
  cose: Uint8Array,
): { readonly bytes: Uint8Array; readonly spec: KeySpec } | undefined {
  if (cose.length === ED25519_BYTES && startsWith(cose, ED25519_HEAD)) {
    return { bytes: cose.slice(ED25519_HEAD.length), spec: 'ed25519' }
  }
  const x = P256.head.length
  if (cose.length !== P256_BYTES || !startsWith(cose, P256.head)) return undefined
  if (!startsWith(cose.subarray(x + COORDINATE_BYTES), P256.between)) return undefined
  const bytes = new Uint8Array(1 + 2 * COORDINATE_BYTES)
  bytes[0] = UNCOMPRESSED
  bytes.set(cose.subarray(x, x + COORDINATE_BYTES), 1)
  bytes.set(cose.subarray(P256_Y), 1 + COORDINATE_BYTES)
  return { bytes, spec: 'ec-p256' }
}

/** The raw key ends a SubjectPublicKeyInfo of either kind (RFC 5480 §2, RFC 8410 §4). */
function coseOfSpki(algorithm: ApproverKeyAlgorithm, spki: Uint8Array): Uint8Array<ArrayBuffer> {
  if (algorithm === 'ed25519') {
    return Uint8Array.of(...ED25519_HEAD, ...spki.subarray(-COORDINATE_BYTES))
  }
  const y = spki.subarray(-COORDINATE_BYTES)
  const x = spki.subarray(-2 * COORDINATE_BYTES, -COORDINATE_BYTES)
  return Uint8Array.of(...P256.head, ...x, ...P256.between, ...y)
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, index) => bytes[index] === byte)
}

/**
 * What an assertion over the hash of `statement` tells (WebAuthn §7.2): that it was made for us, at an origin
 * of ours and in no frame of another's, by a person whom the authenticator verified. Undefined for any other.
 * How far the count has come is for who keeps it.
 */
export async function verifyAssertion(
  { id: expectedRPID, origins }: RelyingParty,
  { algorithm, publicKey, passkey }: ApproverKey,
  statement: Uint8Array,
  { authenticatorData, clientDataJson }: Assertion,
  signature: Uint8Array,
): Promise<VerifiedSignature | undefined> {
  if (passkey === undefined || isFramed(clientDataJson)) return undefined
  // Loaded with the first passkey: most keepers never need it, and it brings much with it.
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        id: passkey.credential,
        rawId: passkey.credential,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          authenticatorData: encodeBase64url(authenticatorData),
          clientDataJSON: encodeBase64url(clientDataJson),
          signature: encodeBase64url(signature),
        },
      },
      expectedChallenge: encodeBase64url(hash('sha256', statement)),
      expectedOrigin: [...origins],
      expectedRPID,
      requireUserVerification: true,
      credential: {
        id: passkey.credential,
        publicKey: coseOfSpki(algorithm, decodeBase64(publicKey)),
        counter: 0,
      },
    })
    return verified ? { signCount: authenticationInfo.newCounter } : undefined
  } catch {
    // The library throws for everything that is not right, and for nothing else.
    return undefined
  }
}

/** The library lets a frame pass whose browser does not name the page around it. */
function isFramed(clientDataJson: Uint8Array): boolean {
  try {
    const { crossOrigin, topOrigin } = JSON.parse(new TextDecoder().decode(clientDataJson)) as {
      readonly crossOrigin?: unknown
      readonly topOrigin?: unknown
    }
    return (crossOrigin ?? false) !== false || topOrigin !== undefined
  } catch {
    return true
  }
}
