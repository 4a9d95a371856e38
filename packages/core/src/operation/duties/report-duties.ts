import type { Instant } from '../../clock.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { requestOf, sessionOf } from '../policy/question.ts'
import type { KeeperPorts } from '../ports.ts'
import { type Everybody, readEverybody } from './everybody.ts'
import { findPeople } from './find-people.ts'
import { findQuorums, type May } from './find-quorums.ts'
import type { DutyFinding } from './finding.ts'

export interface ReportDutiesOutput {
  readonly findings: readonly DutyFinding[]
  readonly violations: number
  /** Ids of records that could not be read, and are in no finding. */
  readonly damaged: readonly string[]
}

/** Every duty that is not kept apart, or would not be: of principals, tokens, groups and quorums. */
export const reportDuties: ManagementOperation<
  'tenant',
  Record<never, never>,
  ReportDutiesOutput
> = {
  action: 'duties.report',
  target: () => ({ kind: 'tenant', ref: 'duties' }),
  run: async ({ ports, tenant, now }) => {
    const everybody = await readEverybody(ports.store, tenant)
    const findings = findDuties(ports, everybody, now)
    const violations = findings.filter(({ severity }) => severity === 'violation').length
    return {
      output: { findings, violations, damaged: everybody.damaged },
      details: { violations, findings: findings.length },
    }
  },
}

export function findDuties(
  ports: Pick<KeeperPorts, 'authorizer' | 'policies'>,
  everybody: Everybody,
  now: Instant,
): readonly DutyFinding[] {
  return [...findPeople(everybody, now), ...findQuorums(everybody, mayOf(ports))]
}

/** Asks the policies in force of a thing without a name, without labels and from nowhere. */
export function mayOf({ authorizer, policies }: Pick<KeeperPorts, 'authorizer' | 'policies'>): May {
  const request = requestOf({})
  return (principal, action) => {
    const kind = policies.kindOf(action)
    if (kind === undefined) return false
    const resource = { kind, id: '', name: '', revision: 0, attributes: {} }
    return authorizer.decide(sessionOf(principal), action, resource, request).allowed
  }
}
