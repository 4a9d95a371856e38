import { encodeBase64, encodeBase64url } from '@claviger/bytes'
import type { FreshSharedSecret, SharedSecretForm } from '@claviger/core'
import { hashHex, randomBytes } from '@claviger/crypto'

/*
 * The texts are those of AWS's access keys, because the programs that sign by them check their shape:
 *
 *   identifier  "AKIA" or, when temporary, "ASIA" || 16 characters of base32 (RFC 4648 §6)
 *   secret      base64 of 30 bytes, 40 characters; of 48 bytes, 64 characters, for external key stores, which
 *               ask for 43 to 64
 *   ticket      base64url of 96 bytes: nothing but random, and known here by its SHA-256
 */
const PREFIXES = { lasting: 'AKIA', long: 'AKIA', temporary: 'ASIA' } as const
const SECRET_BYTES = { lasting: 30, long: 48, temporary: 30 } as const
const TICKET_BYTES = 96
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const IDENTIFIER_BYTES = 16
const IDENTIFIER = /^A[KS]IA[A-Z2-7]{16}$/

export function createSharedSecret(form: SharedSecretForm): FreshSharedSecret {
  const bytes = randomBytes(SECRET_BYTES[form])
  const secret = encodeBase64(bytes)
  bytes.fill(0)
  const identifier = PREFIXES[form] + base32(randomBytes(IDENTIFIER_BYTES))
  if (form !== 'temporary') return { identifier, secret }
  const text = encodeBase64url(randomBytes(TICKET_BYTES))
  return { identifier, secret, ticket: { text, hash: hashTicket(text) } }
}

export function isIdentifier(text: string): boolean {
  return IDENTIFIER.test(text)
}

export function hashTicket(text: string): string {
  return hashHex('sha256', text)
}

/** One character of each byte: 32 divides 256, so that every character is as likely. */
function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
