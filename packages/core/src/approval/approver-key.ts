import type { Instant } from '../clock.ts'

export const APPROVER_KEY_ALGORITHMS = ['ed25519', 'ecdsa-p256'] as const
export type ApproverKeyAlgorithm = (typeof APPROVER_KEY_ALGORITHMS)[number]

/** A public key that a person signs approvals by. The private half never comes near the keeper. */
export interface ApproverKey {
  /** SHA-256 of `publicKey`, lower-case hex. */
  readonly id: string
  readonly algorithm: ApproverKeyAlgorithm
  /** SubjectPublicKeyInfo (RFC 5280 §4.1.2.7), DER, base64. */
  readonly publicKey: string
  /** Where it is in an authenticator: it signs assertions, and nothing else by it counts. */
  readonly passkey?: Passkey
  readonly addedAt: Instant
}

/** A credential of WebAuthn Level 2 that one authenticator, or one account that is synchronized, has. */
export interface Passkey {
  /** Credential id, base64url. */
  readonly credential: string
}

/** What an authenticator signs around a statement's hash (WebAuthn §6.3.3). */
export interface Assertion {
  readonly authenticatorData: Uint8Array
  readonly clientDataJson: Uint8Array
}

export interface GivenSignature {
  readonly signature: Uint8Array
  /** Of a passkey, and of nothing else. */
  readonly assertion?: Assertion
}

export interface VerifiedSignature {
  /** How often the authenticator has signed, as it says; 0 where it does not count. */
  readonly signCount?: number
}

/** What approvals need of cryptography. */
export interface ApprovalCrypto {
  /** SHA-256, lower-case hex. */
  digest(content: string | Uint8Array): string
  /** Reads a public key, PEM or DER; `invalid-input` for anything but Ed25519 and P-256. */
  readKey(encoded: Uint8Array): Omit<ApproverKey, 'addedAt'>
  /**
   * Reads a passkey's public key, COSE or SubjectPublicKeyInfo; `unsupported` where the keeper was not told
   * which origins passkeys are used at.
   */
  readPasskey(credential: Uint8Array, publicKey: Uint8Array): Omit<ApproverKey, 'addedAt'>
  /**
   * What a signature by `key` over the UTF-8 of `text` tells: Ed25519 (RFC 8032), or ECDSA with SHA-256 in
   * DER or as r ‖ s; of a passkey, an assertion whose challenge is the text's SHA-256, made at an origin of
   * ours by a person that the authenticator verified. Undefined for any other, and for what does not parse.
   */
  verify(
    key: ApproverKey,
    text: string,
    given: GivenSignature,
  ): Promise<VerifiedSignature | undefined>
}
