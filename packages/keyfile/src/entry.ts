/** A private key and the certificates that came with it, its own first. */
export interface PrivateKeyEntry {
  readonly kind: 'private-key'
  readonly alias?: string
  /** PrivateKeyInfo (RFC 5208) in the clear: to be wiped by whoever asked for it. */
  readonly pkcs8: Uint8Array
  /** X.509 in DER. */
  readonly chain: readonly Uint8Array[]
}

export interface SecretKeyEntry {
  readonly kind: 'secret-key'
  readonly alias?: string
  /** Java's name for what it is for (`AES`, `HmacSHA256`), or a dotted object identifier. */
  readonly algorithm: string
  /** In the clear: to be wiped by whoever asked for it. */
  readonly key: Uint8Array
}

export interface CertificateEntry {
  readonly kind: 'certificate'
  readonly alias?: string
  /** X.509 in DER. */
  readonly certificate: Uint8Array
}

/** A JSON Web Key with a secret in it, as it was written: whoever takes it in reads it. */
export interface JwkEntry {
  readonly kind: 'jwk'
  readonly alias?: string
  /** In UTF-8 and in the clear: to be wiped by whoever asked for it. */
  readonly json: Uint8Array
}

export type KeyFileEntry = PrivateKeyEntry | SecretKeyEntry | JwkEntry | CertificateEntry

/** What was in the file and could not be read, while the rest could. */
export interface Skipped {
  readonly what: string
  readonly why: string
}

export interface KeyFileContents {
  readonly entries: readonly KeyFileEntry[]
  readonly skipped: readonly Skipped[]
  /** Whether the passphrase vouches for the whole of it. */
  readonly isAuthenticated: boolean
}

export function wipeEntries(entries: readonly KeyFileEntry[]): void {
  for (const entry of entries) {
    if (entry.kind === 'private-key') entry.pkcs8.fill(0)
    if (entry.kind === 'secret-key') entry.key.fill(0)
    if (entry.kind === 'jwk') entry.json.fill(0)
  }
}
