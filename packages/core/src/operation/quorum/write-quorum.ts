import {
  APPROVALS_MAX,
  EXECUTE_MS_MAX,
  GATHER_MS_MAX,
  parseBounded,
  parseGuardedActions,
  parseGuardedNames,
  type QuorumRule,
} from '../../approval/quorum-rule.ts'
import { KeeperError } from '../../error.ts'
import { type GroupId, isUuid, parseName, type QuorumRuleId, type TenantId } from '../../id.ts'
import { parseLabels } from '../../key/attributes.ts'
import type { Stored } from '../../storage/store.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import { assertAttainable } from '../group/members.ts'
import { madeBefore } from '../idempotency.ts'
import type { Change, ManagementOperation, ManagementScope } from '../management-operation.ts'
import type { KeeperPorts } from '../ports.ts'

const QUORUMS_MAX = 64
const SECOND_MS = 1_000

export interface QuorumInput {
  readonly actions: readonly string[]
  readonly names?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly approvals: number
  /** Name or id. */
  readonly group: string
  readonly distinctTeams?: boolean
  readonly reason?: boolean
  readonly gatherSeconds?: number
  readonly executeSeconds?: number
}

export interface CreateQuorumInput extends QuorumInput {
  readonly name: string
}

export interface UpdateQuorumInput extends QuorumInput {
  readonly quorum: string
}

export interface DescribedQuorum {
  readonly quorum: QuorumRule
  readonly revision: number
}

const GATHER_SECONDS_DEFAULT = 7 * 86_400
const EXECUTE_SECONDS_DEFAULT = 86_400

/** From now on, actions need the approval of some of a group. Whoever may administer may add a guard. */
export const createQuorum: ManagementOperation<'quorum', CreateQuorumInput, DescribedQuorum> = {
  action: 'quorum.create',
  target: ({ name }) => ({ kind: 'quorum', ref: name, attributes: {} }),
  run: (scope, input) => draftQuorum(scope, input),
  replay: async ({ ports, tenant }, id) => {
    const { value: quorum, revision } = madeBefore(await ports.store.get('quorum', tenant, id))
    return { quorum, revision }
  },
  resultId: ({ quorum }) => quorum.id,
}

/** @param more how many others are made with it */
export async function draftQuorum(
  scope: ManagementScope<'quorum'>,
  input: CreateQuorumInput,
  more = 0,
): Promise<Change<DescribedQuorum>> {
  const { ports, tenant, now } = scope
  const { records } = await ports.store.list('quorum', { tenant, limit: LIST_MAX })
  if (records.length + more >= QUORUMS_MAX) {
    throw new KeeperError('limit-reached', `a tenant has at most ${QUORUMS_MAX} quorums`)
  }
  const id = ports.ids.uuid() as QuorumRuleId
  const name = parseName(input.name, 'quorum')
  return write(scope, { id, tenant, name, createdAt: now }, input, 0)
}

/** Replaces what a quorum guards and how; asks the quorum as it is. */
export const updateQuorum: ManagementOperation<'quorum', UpdateQuorumInput, DescribedQuorum> = {
  action: 'quorum.update',
  target: ({ quorum }) => ({ kind: 'quorum', ref: quorum }),
  run: (scope, input) => {
    const { id, tenant, name, createdAt } = scope.subject.value
    return write(scope, { id, tenant, name, createdAt }, input, scope.subject.revision)
  },
}

async function write(
  { ports, tenant, now }: Pick<ManagementScope<'quorum'>, 'ports' | 'tenant' | 'now'>,
  identity: Pick<QuorumRule, 'id' | 'tenant' | 'name' | 'createdAt'>,
  input: QuorumInput,
  expected: number,
): Promise<Change<DescribedQuorum>> {
  const group = await findGroup(ports, tenant, input.group)
  const { names, labels } = input
  const gather = input.gatherSeconds ?? GATHER_SECONDS_DEFAULT
  const execute = input.executeSeconds ?? EXECUTE_SECONDS_DEFAULT
  const quorum: QuorumRule = {
    ...identity,
    actions: parseGuardedActions(input.actions),
    ...(names !== undefined && { names: parseGuardedNames(names) }),
    ...(labels !== undefined && { labels: parseLabels(labels) }),
    approvals: parseBounded(input.approvals, 'the number of approvals', 1, APPROVALS_MAX),
    group: group.id as GroupId,
    distinctTeams: input.distinctTeams ?? false,
    reason: input.reason ?? false,
    gatherMs: SECOND_MS * parseBounded(gather, 'the time to gather', 60, GATHER_MS_MAX / SECOND_MS),
    executeMs:
      SECOND_MS * parseBounded(execute, 'the time to execute', 60, EXECUTE_MS_MAX / SECOND_MS),
    updatedAt: now,
  }
  assertAttainable(quorum, group.value.members)
  return {
    output: { quorum, revision: expected + 1 },
    puts: [{ kind: 'quorum', tenant, id: quorum.id, value: quorum, expected }],
    // A group that shrinks at the same moment would leave the quorum out of reach.
    unchanged: [{ kind: 'group', tenant, id: group.id, expected: group.revision }],
    details: { quorum: quorum.id, actions: quorum.actions, approvals: quorum.approvals },
  }
}

async function findGroup(
  { store }: KeeperPorts,
  tenant: TenantId,
  ref: string,
): Promise<Stored<'group'>> {
  const stored = isUuid(ref)
    ? await store.get('group', tenant, ref)
    : await store.getByName('group', tenant, ref)
  if (stored !== undefined) return stored
  throw new KeeperError('invalid-input', `no group \`${ref.slice(0, 128)}\``)
}
