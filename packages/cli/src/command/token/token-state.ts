import type { Token } from '@claviger/client'

/** Dates in RFC 3339 and UTC compare as text. */
export function tokenState({ revokedAt, expiresAt }: Token, now: string): string {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt <= now ? 'expired' : 'valid'
}
