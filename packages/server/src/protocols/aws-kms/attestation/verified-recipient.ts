/** An enclave, or an instance with NitroTPM, that proved what it is, and to which alone the answer is given. */
export interface Recipient {
  /** For `authorized`: `kms:RecipientAttestation:ImageSha384`, `…:PCR<n>` and so on, in lower-case hex. */
  readonly conditions: Readonly<Record<string, string>>
  /** For the log: which module it is, and the digest of its image (PCR0) where it is an enclave. */
  readonly told: Readonly<Record<string, string>>
  /** `CiphertextForRecipient`: the plaintext to the enclave's key, as base64 of a CMS EnvelopedData. */
  seal(plaintext: Uint8Array): Promise<string>
}
