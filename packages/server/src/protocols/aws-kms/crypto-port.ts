import type { AttestationCrypto } from './attestation/attestation-crypto.ts'

/** The cryptography that belongs to the wire alone; the composition root gives it. */
export interface AwsCrypto {
  sha256(data: Uint8Array | string): Uint8Array
  hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array
  /** Equal, in a time that does not depend on where they differ. */
  equal(left: Uint8Array, right: Uint8Array): boolean
  randomBytes(length: number): Uint8Array
  /** For `Recipient`. */
  readonly attestation: AttestationCrypto
}
