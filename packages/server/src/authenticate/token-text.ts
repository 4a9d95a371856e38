import { encodeBase64url } from '@claviger/bytes'
import { type FreshToken, KeeperError } from '@claviger/core'
import { hash, hashHex, randomBytes } from '@claviger/crypto'

/*
 * A token: "clv_" || base64url(32 random bytes) || check
 *
 * check is the first 6 characters of base64url(SHA-256("clv_" || base64url(32 random bytes))): 36 bits by
 * which a typo, or a find of a scanner for leaked tokens, is told without asking the store. It is no
 * secret and proves nothing.
 */
const PREFIX = 'clv_'
const SECRET_BYTES = 32
const CHECK_LENGTH = 6
/** 32 bytes are 43 characters, of which the last carries 4 bits. */
const SHAPE = /^clv_[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048][A-Za-z0-9_-]{6}$/

export const TOKEN_LENGTH = 53

export function createToken(): FreshToken {
  const body = PREFIX + encodeBase64url(randomBytes(SECRET_BYTES))
  const secret = body + checkOf(body)
  return { secret, hash: hashToken(secret) }
}

/** What is stored of a token, and what it is found by: SHA-256, hex. */
export function hashToken(text: string): string {
  return hashHex('sha256', text)
}

/** Whether the text has the shape and the check of a token; `unauthenticated` otherwise. */
export function assertTokenText(text: string): void {
  if (text.length === TOKEN_LENGTH && SHAPE.test(text)) {
    const body = text.slice(0, -CHECK_LENGTH)
    if (text.endsWith(checkOf(body))) return
  }
  throw unauthenticated()
}

function checkOf(body: string): string {
  return encodeBase64url(hash('sha256', body)).slice(0, CHECK_LENGTH)
}

/** The same for every failure, so that nothing is told of what exists. */
export function unauthenticated(): KeeperError {
  return new KeeperError(
    'unauthenticated',
    'the credential is not valid; check it, or ask for a new one',
  )
}
