import { type AwsError, validation } from '../error.ts'

/** The one refusal of attestation documents; the reason is of a kind, and repeats nothing of the document. */
export const refused = (reason: string): AwsError =>
  validation(`Failed to verify the attestation document: ${reason}.`)
