import type { CredentialSource } from '@claviger/core'

/** Fresh bearer tokens, and the fingerprints that certificates are known by. */
export function createCredentialSource(): CredentialSource {
  throw new Error('being written')
}
