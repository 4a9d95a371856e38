import type { CredentialSource } from '@claviger/core'
import { certificateFingerprint } from './certificate-fingerprint.ts'
import { createSharedSecret } from './shared-secret-text.ts'
import { createToken } from './token-text.ts'

/** Fresh credentials, and the fingerprints that certificates are known by. */
export function createCredentialSource(): CredentialSource {
  return {
    token: createToken,
    sharedSecret: createSharedSecret,
    fingerprint: certificateFingerprint,
  }
}
