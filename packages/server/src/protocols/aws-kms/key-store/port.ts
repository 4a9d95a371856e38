import type { TenantId } from '@claviger/core'
import type { KeyStoreDocument } from './document.ts'

/** What the composition does for external key stores; the protocol reaches nothing by itself. */
export interface KeyStorePort {
  /** Wraps the secret of a proxy's credential for one key store. */
  wrapSecret(tenant: TenantId, place: string, secret: string): string
  /** Asks the proxy for its health; throws `custody-unavailable` with the reason in its details. */
  probe(
    tenant: TenantId,
    store: KeyStoreDocument,
    call: { readonly operation: string; readonly requestId: string | undefined },
  ): Promise<void>
}
