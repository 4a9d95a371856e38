import type { ContentBinding, Custody } from '../custody/custody.ts'
import { KeeperError } from '../error.ts'
import type { ObjectId, TenantId, TokenId } from '../id.ts'
import { mintPermit } from '../policy/permit.ts'
import type { Token } from '../principal/principal.ts'

/** A wrapped secret that is moved to another token does not open. */
export function sharedSecretBinding(tenant: TenantId, token: TokenId): ContentBinding {
  return { tenant, object: token as string as ObjectId, kind: 'shared-secret', generation: 1 }
}

/**
 * The secret that a signature is checked by; the caller wipes it. There is no session yet that could be
 * authorized, so the permit is for authentication alone, and what it opens can be nothing but a token's secret.
 */
export function openSharedSecret(
  custody: Custody,
  { tenant, id, sharedSecret }: Token,
): Uint8Array {
  if (sharedSecret === undefined) throw new KeeperError('unauthenticated', 'not a shared secret')
  custody.assertReady(tenant)
  const permit = mintPermit('session.authenticate')
  return custody.openContent(permit, sharedSecretBinding(tenant, id), sharedSecret.content)
}
