import type { ApprovalCrypto } from '../approval/approver-key.ts'
import type { AuditLog } from '../audit/log.ts'
import type { AuditReader } from '../audit/reader.ts'
import type { Backups } from '../backup/backups.ts'
import type { Clock } from '../clock.ts'
import type { Custody } from '../custody/custody.ts'
import type { Seal } from '../custody/seal.ts'
import type { TenantKeys } from '../custody/tenant-keys.ts'
import type { IdSource, TenantId } from '../id.ts'
import type { AlgorithmProfile } from '../key/algorithm-policy.ts'
import type { CertificateReader } from '../object/certificate.ts'
import type { Authorizer, PolicyChecker } from '../policy/authorizer.ts'
import type { PrincipalPolicies } from '../policy/principal-policies.ts'
import type { CredentialSource } from '../principal/credential-source.ts'
import type { EmergencyShares } from '../principal/emergency.ts'
import type { Session } from '../principal/principal.ts'
import type { RecordKind, RecordTypes, Store } from '../storage/store.ts'

/** Told of every committed change before the call that made it is answered. */
export type ChangeObserver = <K extends RecordKind>(
  kind: K,
  tenant: TenantId,
  id: string,
  /** Undefined when the record is gone. */
  value: RecordTypes[K] | undefined,
) => void | Promise<void>

/** What the domain needs of the world; the composition root provides it. */
export interface KeeperPorts {
  readonly store: Store
  readonly custody: Custody
  readonly log: AuditLog
  readonly authorizer: Authorizer
  readonly clock: Clock
  readonly ids: IdSource
  readonly certificates: CertificateReader
  readonly reader: AuditReader
  readonly credentials: CredentialSource
  readonly seal: Seal
  readonly tenants: TenantKeys
  readonly policies: PolicyChecker
  readonly principalPolicies: PrincipalPolicies
  readonly approvals: ApprovalCrypto
  readonly backups: Backups
  readonly emergency: EmergencyShares
  readonly profile: AlgorithmProfile
  readonly observers: readonly ChangeObserver[]
  /** Whether a session still stands; absent where sessions do not end by themselves. */
  readonly isCurrent?: (session: Session) => boolean
  /**
   * Throws `store-unavailable` while a restored keeper has still to end what had ended of the tenant's when it was
   * restored; absent where no keeper is ever restored.
   */
  readonly assertTakenUp?: (tenant: TenantId) => void
  /** Tells the operator of a fault that no caller is answered with. */
  readonly report: (error: unknown) => void
  /** How many keys are kept in memory. */
  readonly cachedKeysMax: number
}
