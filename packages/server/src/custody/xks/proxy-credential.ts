import { decodeBase64url, encodeBase64url, encodeUtf8 } from '@claviger/bytes'
import type { TenantId } from '@claviger/core'
import type { RecordBinding } from '@claviger/envelope'
import type { Keyring } from '../software/keyring.ts'

/** A credential that is moved to another tenant's or another key store's record does not open. */
const bindingOf = (tenant: TenantId, store: string): RecordBinding => ({
  kind: 'content',
  tenant,
  object: store,
  objectKind: 'xks-credential',
  generation: 1,
})

/** The secret of a proxy's credential, wrapped under the tenant's key; base64url. */
export function wrapCredential(
  keyring: Keyring,
  tenant: TenantId,
  store: string,
  secret: string,
): string {
  const bytes = encodeUtf8(secret)
  try {
    return encodeBase64url(keyring.wrap(tenant, bindingOf(tenant, store), bytes))
  } finally {
    bytes.fill(0)
  }
}

/** The caller wipes the answer. */
export function unwrapCredential(
  keyring: Keyring,
  tenant: TenantId,
  store: string,
  wrapped: string,
): Uint8Array {
  return keyring.unwrap(tenant, bindingOf(tenant, store), decodeBase64url(wrapped))
}
