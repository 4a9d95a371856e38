/** A fresh bearer secret, and what is stored of it. */
export interface FreshToken {
  /** `clv_…`: shown once. */
  readonly secret: string
  /** SHA-256 of it, hex. */
  readonly hash: string
}

/** Makes credentials; core has no cryptography. */
export interface CredentialSource {
  token(): FreshToken
  /** SHA-256 fingerprint (lower-case hex) of a certificate in PEM or DER; `invalid-input` otherwise. */
  fingerprint(certificate: Uint8Array): string
}
