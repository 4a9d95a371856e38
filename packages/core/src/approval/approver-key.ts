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
  readonly addedAt: Instant
}

/** What approvals need of cryptography. */
export interface ApprovalCrypto {
  /** SHA-256, lower-case hex. */
  digest(content: string | Uint8Array): string
  /** Reads a public key, PEM or DER; `invalid-input` for anything but Ed25519 and P-256. */
  readKey(encoded: Uint8Array): Omit<ApproverKey, 'addedAt'>
  /**
   * Whether `signature` is by `key` over the UTF-8 of `text`. Ed25519 (RFC 8032), or ECDSA with SHA-256 in
   * DER or as r ‖ s. False for whatever does not parse.
   */
  verify(key: ApproverKey, text: string, signature: Uint8Array): boolean
}
