import { encodeBase64 } from '@claviger/bytes'
import type { MaybePromise } from '@claviger/core'
import type { Recipient } from './attestation/recipient.ts'
import type { Input } from './members.ts'

/** Most calls have none, and need not wait to hear so. */
export function hasRecipient(input: Input): boolean {
  return (input['Recipient'] ?? undefined) !== undefined
}

/**
 * The member that carries a secret: its plaintext, or what only the recipient's enclave can open. The bytes
 * are wiped; the text of an answer cannot be.
 */
export function secretMembers(
  recipient: Recipient | undefined,
  name: string,
  secret: Uint8Array,
): MaybePromise<Readonly<Record<string, string>>> {
  if (recipient !== undefined) return sealed(recipient, secret)
  const text = encodeBase64(secret)
  secret.fill(0)
  return { [name]: text }
}

async function sealed(
  recipient: Recipient,
  secret: Uint8Array,
): Promise<Readonly<Record<string, string>>> {
  try {
    return { CiphertextForRecipient: await recipient.seal(secret) }
  } finally {
    secret.fill(0)
  }
}
