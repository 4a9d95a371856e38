import type { ApproverKey } from '../../approval/approver-key.ts'
import { KeeperError } from '../../error.ts'
import type { Principal } from '../../principal/principal.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPrincipal } from './described-principal.ts'

const APPROVER_KEYS_MAX = 8

export interface EnrollPrincipalInput {
  readonly principal: string
  /** Public keys, PEM or DER: Ed25519 or P-256. Replaces all that were there. */
  readonly keys: readonly Uint8Array[]
}

/** Says which keys a person signs approvals by; for a member of a quorum's group, it asks that quorum. */
export const enrollPrincipal: ManagementOperation<
  'principal',
  EnrollPrincipalInput,
  DescribedPrincipal
> = {
  action: 'principal.enroll',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: ({ subject, tenant, ports, now }, { keys }) => {
    if (keys.length > APPROVER_KEYS_MAX) {
      throw new KeeperError('too-large', `a principal has at most ${APPROVER_KEYS_MAX} keys`)
    }
    const earlier = subject.value.approverKeys ?? []
    const approverKeys = keys.map((encoded): ApproverKey => {
      const key = ports.approvals.readKey(encoded)
      return earlier.find(({ id }) => id === key.id) ?? { ...key, addedAt: now }
    })
    const principal: Principal = { ...subject.value, approverKeys }
    return {
      output: { principal, revision: subject.revision + 1 },
      puts: [
        { kind: 'principal', tenant, id: subject.id, value: principal, expected: subject.revision },
      ],
      details: { keys: approverKeys.map(({ id }) => id) },
    }
  },
}
