import type { CredentialSource } from '@claviger/core'
import { certificateFingerprint } from './certificate-fingerprint.ts'
import { createToken } from './token-text.ts'

/** Fresh bearer tokens, and the fingerprints that certificates are known by. */
export function createCredentialSource(): CredentialSource {
  return { token: createToken, fingerprint: certificateFingerprint }
}
