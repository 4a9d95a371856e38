import { decodeBase64 } from '@claviger/bytes'
import {
  certificateFacts,
  CryptoError,
  encrypt,
  importKey,
  isCertificateIssuedBy,
  openKey,
  openPublicKey,
  randomSecret,
  verify,
  wrapKey,
} from '@claviger/crypto'
import {
  type AttestationCrypto,
  RSA_BITS,
} from './protocols/aws-kms/attestation/attestation-crypto.ts'

const CONTENT_KEY_BYTES = 32

/** Enclaves' certificates, signatures and keys through OpenSSL. */
export const attestationCrypto: AttestationCrypto = {
  readCertificate: (der) =>
    orUndefined(() => {
      const facts = certificateFacts(der)
      // OpenSSL takes PEM too, and leaves what follows the DER.
      if (facts.der.length !== der.length) return undefined
      const { notBefore, notAfter, signatureAlgorithm } = facts
      return { notBefore, notAfter, signatureAlgorithm, publicKey: decodeBase64(facts.publicKey) }
    }),
  isIssuedBy: (der, issuer) => orUndefined(() => isCertificateIssuedBy(der, issuer)) ?? false,
  verifyEs384: async (publicKey, message, signature) => {
    const key = orUndefined(() => openPublicKey('ec-p384', publicKey))
    if (key === undefined) return false
    return verify(key, 'ecdsa-sha384', { message, format: 'p1363' }, signature)
  },
  readRsaKey: async (publicKey) => {
    try {
      const { spec } = await importKey('spki', publicKey)
      const bits = RSA_BITS.find((size) => spec === `rsa-${size}`)
      return bits && { bits, publicKey }
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error
      return undefined
    }
  },
  envelop: ({ bits, publicKey }, plaintext) => {
    const recipient = openPublicKey(`rsa-${bits}`, publicKey)
    const secret = randomSecret(CONTENT_KEY_BYTES)
    try {
      const wrappedKey = wrapKey(recipient, 'rsa-oaep-sha256', secret)
      const { iv, ciphertext } = encrypt(openKey('aes-256', secret), 'aes-cbc', { plaintext })
      return { wrappedKey, iv, ciphertext }
    } finally {
      secret.fill(0)
    }
  },
}

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    return undefined
  }
}
