import { type CertificateReader, KeeperError } from '@claviger/core'
import { certificateFacts, CryptoError } from '@claviger/crypto'

/** X.509 through OpenSSL's own parser. */
export const certificateReader: CertificateReader = {
  parse(data) {
    try {
      const { subject, issuer, serial, notBefore, notAfter, fingerprint, publicKey, der } =
        certificateFacts(data)
      return {
        facts: { subject, issuer, serial, notBefore, notAfter, fingerprint },
        publicKey,
        der,
      }
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error
      throw new KeeperError('invalid-input', error.message, { cause: error })
    }
  },
}
