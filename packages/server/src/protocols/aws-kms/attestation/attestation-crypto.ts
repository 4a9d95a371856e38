/** What the verification of enclaves' attestation documents asks of OpenSSL. */
export interface AttestationCrypto {
  /** What an X.509 certificate in DER says; undefined for anything else. Nothing of it is verified. */
  readCertificate(der: Uint8Array): CertificateReading | undefined
  /** Whether the names match and the issuer's key signed the certificate; both are DER. */
  isIssuedBy(der: Uint8Array, issuer: Uint8Array): boolean
  /** ECDSA on P-384 with SHA-384, the signature as r || s; false for keys of any other kind. */
  verifyEs384(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
  /** An RSA SubjectPublicKeyInfo; undefined for a weak key, one of another size, and any other. */
  readRsaKey(publicKey: Uint8Array): Promise<RsaKey | undefined>
  /** Encrypts under a fresh AES-256 key, and that to the RSA key. */
  envelop(rsaKey: RsaKey, plaintext: Uint8Array): Envelope
}

export interface CertificateReading {
  /** Milliseconds since the Epoch. */
  readonly notBefore: number
  readonly notAfter: number
  /** The SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
  /** Of the signature on it, dotted. */
  readonly signatureAlgorithm: string
}

export interface RsaKey {
  readonly bits: (typeof RSA_BITS)[number]
  /** The SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
}

/** What enclaves make; a smaller key is not worth an answer. */
export const RSA_BITS = [2_048, 3_072, 4_096] as const

export interface Envelope {
  /** RSAES-OAEP with SHA-256 and MGF1 with SHA-256, without a label. */
  readonly wrappedKey: Uint8Array
  readonly iv: Uint8Array
  /** AES-256-CBC with PKCS #7's padding. */
  readonly ciphertext: Uint8Array
}
