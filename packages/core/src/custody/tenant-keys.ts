import type { SecretBytes } from '@claviger/bytes'
import type { Instant } from '../clock.ts'
import type { PrincipalId, TenantId } from '../id.ts'
import type { Tenant } from '../tenant/tenant.ts'

/** A new passphrase of a tenant's own seal, and the present one where there is one. */
export interface OwnPassphrases {
  readonly current?: SecretBytes
  readonly next: SecretBytes
}

/**
 * The keys that a tenant stands on. A wrong passphrase throws `authentication-failed`, and too many of them
 * `rate-limited`, for whoever gave them.
 */
export interface TenantKeys {
  /**
   * A tenant with a fresh integrity key and KEK, both wrapped under the root; they are open at once, since
   * its first rows are written together with it. `sealed` without the root.
   */
  createTenant(id: TenantId, name: string, at: Instant): Tenant
  /** Whether nothing of the tenant can be opened: by its own seal, or because its keys are not here. */
  isSealed(tenant: TenantId): boolean
  /**
   * The tenant with its KEKs, and a fresh one, under the new passphrase as well as the root. What is open
   * stays as it is until `unseal`; `tenant-sealed` where nothing is.
   */
  protect(
    tenant: Tenant,
    passphrases: OwnPassphrases,
    who: PrincipalId,
    at: Instant,
  ): Promise<Tenant>
  /**
   * Opens the KEKs of a tenant that has a seal of its own.
   * @param who whose guess it is; absent where the passphrase is known to be right
   */
  unseal(tenant: TenantId, passphrase: SecretBytes, who?: PrincipalId): Promise<void>
  /** Wipes the KEKs and everything that was opened by them before it returns. */
  seal(tenant: TenantId): void
  /** Wipes the integrity key as well: not a row of the tenant can be read or written from then on. */
  forget(tenant: TenantId): void
}
