/** A fresh bearer secret, and what is stored of it. */
export interface FreshToken {
  /** `clv_…`: shown once. */
  readonly secret: string
  /** SHA-256 of it, hex. */
  readonly hash: string
}

export const SHARED_SECRET_FORMS = ['lasting', 'long', 'temporary'] as const
/** `long` is for protocols that ask for more characters; `temporary` comes with a ticket. */
export type SharedSecretForm = (typeof SHARED_SECRET_FORMS)[number]

/** A fresh secret to be held by both sides. */
export interface FreshSharedSecret {
  readonly identifier: string
  /** Printable; shown once, and kept wrapped. */
  readonly secret: string
  readonly ticket?: { readonly text: string; readonly hash: string }
}

/** Makes credentials; core has no cryptography. */
export interface CredentialSource {
  token(): FreshToken
  sharedSecret(form: SharedSecretForm): FreshSharedSecret
  /** SHA-256 fingerprint (lower-case hex) of a certificate in PEM or DER; `invalid-input` otherwise. */
  fingerprint(certificate: Uint8Array): string
}
