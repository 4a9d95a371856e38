import { KeeperError } from '../../error.ts'
import type { Put } from '../../storage/store.ts'
import { attachmentWrite } from '../attachment/attachment-write.ts'
import type { ManagementScope } from '../management-operation.ts'

/**
 * Keeps how often an authenticator has signed, and refuses a count that has not grown: there may be a copy
 * of it (WebAuthn §6.1.1). Kept beside the principal and not in it, or every approval would change who is
 * approved of; and by the key, so that taking a key away and enrolling it again forgets nothing.
 */
export async function signCountChange(
  { ports, tenant, now }: ManagementScope<'approval'>,
  key: string,
  signCount = 0,
): Promise<readonly Put<'attachment'>[]> {
  const name = `approval/sign-count/${key}`
  const stored = await ports.store.get('attachment', tenant, name)
  const earlier = Number(stored?.value.body['signCount'] ?? 0)
  if (signCount === 0 && earlier === 0) return []
  if (!(signCount > earlier)) {
    throw new KeeperError(
      'authentication-failed',
      "the authenticator's count has not grown: there may be a copy of it; have the key replaced",
    )
  }
  const change = { name, body: { signCount }, expected: stored?.revision ?? 0 }
  return attachmentWrite(tenant, undefined, [change], now).puts
}
