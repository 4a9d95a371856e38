import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import { approvableInput } from '../approval/approvable-input.ts'
import {
  type Approval,
  type ApprovalContent,
  approvalStatus,
  approvalText,
  type AskedQuorum,
} from '../approval/approval.ts'
import type { GuardableAction } from '../approval/quorum-rule.ts'
import { type Approvers, countingSignatures } from '../approval/tally.ts'
import { encodeEntry } from '../audit/entry.ts'
import type { EventDetails } from '../audit/event.ts'
import type { Instant } from '../clock.ts'
import type { MaybePromise } from '../custody/custody.ts'
import { KeeperError } from '../error.ts'
import type { ApprovalId, PrincipalId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { Resource } from '../policy/resource.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import type { OutboxEntry, Put, Stored, Unchanged } from '../storage/store.ts'
import { askedQuorums } from './asked-quorums.ts'
import { CommitConflict, type Committer } from './commit-change.ts'
import type { GuardCache, Guards } from './guard-cache.ts'
import { isInternal } from './internal-session.ts'
import type { KeeperPorts } from './ports.ts'

/** Requests of one person that may wait at a time. */
const PENDING_MAX = 64
const LOOKED_AT = 200

export interface GuardedCall {
  readonly session: Session
  readonly action: Action
  readonly resource: Resource
  /** All that the call does, apart from `resource`. */
  readonly input: unknown
  readonly request: RequestContext
  readonly dryRun: boolean
}

/** A quorum that was had: to be written in the same unit of work as what it lets happen. */
export interface Passage {
  readonly puts: readonly Put[]
  readonly unchanged: readonly Unchanged[]
  readonly details: EventDetails
}

/** A call without what makes this request of it another than the last one. */
type Described = Omit<ApprovalContent, 'version' | 'id' | 'createdAt' | 'expiresAt'>

/** Asks, of what policy has allowed, whether enough people have agreed to it. */
export class ApprovalGate {
  readonly #ports: KeeperPorts
  readonly #guards: GuardCache
  readonly #committer: Committer
  readonly #tell: (event: OutboxEntry) => Promise<number>

  constructor(
    ports: KeeperPorts,
    guards: GuardCache,
    committer: Committer,
    tell: (event: OutboxEntry) => Promise<number>,
  ) {
    this.#ports = ports
    this.#guards = guards
    this.#committer = committer
    this.#tell = tell
  }

  /**
   * Undefined where no quorum is asked for; throws `approval-pending` until it is there. Synchronous where
   * nothing is guarded.
   */
  pass(call: GuardedCall): MaybePromise<Passage | undefined> {
    const { session, action, resource, input } = call
    if (isInternal(session) || session.authentication === 'anonymous') return undefined
    const guards = this.#guards.of(session.tenant)
    if (guards instanceof Promise) return guards.then(() => this.pass(call))
    if (guards === null) return undefined
    const asked = askedQuorums(guards, action, resource, input)
    return asked.length === 0 ? undefined : this.#passAsked(call, guards, asked)
  }

  /** Whether anything is guarded at all: synchronous once it is known. */
  isGuarding(session: Session): MaybePromise<boolean> {
    const guards = this.#guards.of(session.tenant)
    return guards instanceof Promise ? guards.then((known) => known !== null) : guards !== null
  }

  /** Spends what let a call happen that changes nothing itself, before it is answered. */
  async spend(passages: readonly Passage[]): Promise<void> {
    if (passages.length === 0) return
    const puts = passages.flatMap((passage) => passage.puts)
    const unchanged = passages.flatMap((passage) => passage.unchanged)
    try {
      await this.#committer.commit({ puts, unchanged })
    } catch (error) {
      throw error instanceof CommitConflict ? error.conflict : error
    }
  }

  async #passAsked(
    call: GuardedCall,
    guards: Guards,
    asked: readonly AskedQuorum[],
  ): Promise<Passage> {
    const now = this.#ports.clock.now()
    const reason = reasonOf(call)
    const content = this.#contentOf(call, asked, reason)
    const match = this.#ports.approvals.digest(canonicalJson(content as unknown as CanonicalJson))
    const found = await this.#find(call.session.tenant, match, now)
    if (found === undefined) {
      if (call.dryRun) throw pending(undefined, asked)
      throw pending(await this.#ask(call, guards, asked, content, match, now), asked)
    }
    const approvers = await this.#approvers(found.value)
    const names = await this.#countedNames(found.value, guards, asked, approvers)
    if (names === undefined || approvalStatus(found.value, now) !== 'approved') {
      throw pending(found.value, asked)
    }
    return passageOf(call, found, asked, guards, approvers, names, now)
  }

  /** What makes a repeated call the same call. */
  #contentOf(
    { session, action, resource, input }: GuardedCall,
    quorums: readonly AskedQuorum[],
    reason: string,
  ): Described {
    const { kind, id, name, revision } = resource
    return {
      tenant: session.tenant,
      action: action as GuardableAction,
      target: { kind, id, name, revision },
      input: approvableInput(input, (content) => this.#ports.approvals.digest(content)),
      requester: { id: session.principal, name: session.name },
      reason,
      quorums,
    }
  }

  /** The newest that is still open: what has ended is over, and the call is a new one. */
  async #find(
    tenant: TenantId,
    match: string,
    now: Instant,
  ): Promise<Stored<'approval'> | undefined> {
    const facets = [`match=${match}`, 'state=open']
    const query = { tenant, facets, limit: LOOKED_AT, descending: true }
    const { records } = await this.#ports.store.list('approval', query)
    return records.find(({ value }) => approvalStatus(value, now) !== 'expired')
  }

  async #approvers({ tenant, signatures }: Approval): Promise<Approvers> {
    const people = new Map<PrincipalId, Stored<'principal'>>()
    for (const { principal } of signatures) {
      const stored = await this.#ports.store.get('principal', tenant, principal)
      if (stored !== undefined) people.set(principal, stored)
    }
    return people
  }

  /** The names of those who make up every quorum, or undefined while one is short. */
  async #countedNames(
    approval: Approval,
    { groups }: Guards,
    asked: readonly AskedQuorum[],
    approvers: Approvers,
  ): Promise<readonly string[] | undefined> {
    const names = new Set<string>()
    for (const quorum of asked) {
      const group = groups.get(quorum.group)?.value
      if (group === undefined) return undefined
      const counted = await countingSignatures(
        approval,
        { ...quorum, group },
        approvers,
        this.#ports.approvals,
      )
      if (counted.length < quorum.approvals) return undefined
      for (const { name } of counted) names.add(name)
    }
    return [...names]
  }

  async #ask(
    call: GuardedCall,
    guards: Guards,
    asked: readonly AskedQuorum[],
    described: Described,
    match: string,
    now: Instant,
  ): Promise<Approval> {
    const { session } = call
    assertReason(guards, asked, described.reason)
    await this.#assertFewPending(session, now)
    const id = this.#ports.ids.uuid() as ApprovalId
    const rules = guards.rules.filter((rule) => asked.some((quorum) => quorum.id === rule.id))
    const gatherMs = Math.min(...rules.map(({ value }) => value.gatherMs))
    const content = {
      version: 1,
      id,
      ...described,
      createdAt: now,
      expiresAt: now + gatherMs,
    } as const
    const digest = this.#ports.approvals.digest(approvalText(content))
    const { tenant } = session
    const value: Approval = { id, tenant, content, digest, match, signatures: [], state: 'open' }
    const event = this.#event(call, value, now)
    await this.#committer.commit({
      puts: [{ kind: 'approval', tenant, id, value, expected: 0 }],
      unchanged: rules.map((rule) => unchanged(rule)),
      outbox: event,
    })
    await this.#tell(event)
    return value
  }

  async #assertFewPending(session: Session, now: Instant): Promise<void> {
    const facets = [`requester=${session.principal}`, 'state=open']
    const query = { tenant: session.tenant, facets, limit: LOOKED_AT, descending: true }
    const { records } = await this.#ports.store.list('approval', query)
    const open = records.filter(({ value }) => approvalStatus(value, now) !== 'expired')
    if (open.length < PENDING_MAX) return
    throw new KeeperError(
      'limit-reached',
      `${PENDING_MAX} requests of yours wait for approval; cancel some`,
    )
  }

  #event({ session, request }: GuardedCall, { id, content }: Approval, at: Instant): OutboxEntry {
    const event = this.#ports.ids.uuid() as OutboxEntry['id']
    const entry = encodeEntry({
      id: event,
      at,
      tenant: session.tenant,
      session,
      request,
      action: 'approval.request',
      target: { kind: 'approval', id, name: id },
      policies: [],
      outcome: 'allowed',
      details: {
        action: content.action,
        target: content.target.id,
        quorums: content.quorums.map(({ name }) => name),
      },
    })
    return { id: event, entry }
  }

  /** A rule may have come into force since the call was let through: then it is asked again. */
  assertEpoch(epoch: number): void {
    if (epoch === this.#guards.epoch) return
    throw new CommitConflict(
      new KeeperError('conflict', 'what needs an approval has changed meanwhile; ask again'),
    )
  }
}

function passageOf(
  { session, resource }: GuardedCall,
  { value, revision }: Stored<'approval'>,
  asked: readonly AskedQuorum[],
  { rules, groups }: Guards,
  approvers: Approvers,
  names: readonly string[],
  now: Instant,
): Passage {
  const { tenant, principal } = session
  const executed: Approval = { ...value, state: 'executed', endedBy: principal, endedAt: now }
  const put: Put<'approval'> = {
    kind: 'approval',
    tenant,
    id: value.id,
    value: executed,
    expected: revision,
  }
  const groupIds = new Set<string>(asked.map(({ group }) => group))
  const read = [
    ...rules.filter(({ id }) => asked.some((quorum) => quorum.id === id)),
    ...[...groups.values()].filter(({ id }) => groupIds.has(id)),
    ...approvers.values(),
  ]
  const target: readonly Unchanged[] =
    resource.revision === 0 || !isRecord(resource.kind)
      ? []
      : [{ kind: resource.kind, tenant, id: resource.id, expected: resource.revision }]
  return {
    puts: [put],
    unchanged: [...read.map((one) => unchanged(one)), ...target],
    details: { approval: value.id, approvers: names },
  }
}

function isRecord(
  kind: Resource['kind'],
): kind is 'key' | 'object' | 'principal' | 'token' | 'policy' | 'group' | 'quorum' | 'approval' {
  return kind !== 'tenant' && kind !== 'log' && kind !== 'seal'
}

function unchanged({ kind, tenant, id, revision }: Stored<'quorum' | 'group' | 'principal'>) {
  return { kind, tenant, id, expected: revision } as const
}

const REASON_LENGTH_MAX = 512

function reasonOf({ input, request }: GuardedCall): string {
  const own = typeof input === 'object' && input !== null && 'reason' in input ? input.reason : ''
  const reason = typeof own === 'string' && own !== '' ? own : (request.reason ?? '')
  return reason.slice(0, REASON_LENGTH_MAX).toWellFormed()
}

function assertReason({ rules }: Guards, asked: readonly AskedQuorum[], reason: string): void {
  if (reason.trim() !== '') return
  const wants = rules.find(
    ({ id, value }) => value.reason && asked.some((quorum) => quorum.id === id),
  )
  if (wants === undefined) return
  throw new KeeperError('invalid-input', `the quorum \`${wants.value.name}\` asks for a reason`)
}

/** What the caller is told until the quorum is there. */
function pending(approval: Approval | undefined, asked: readonly AskedQuorum[]): KeeperError {
  const names = asked.map(({ name }) => name)
  const wanted = asked.map(({ name, approvals }) => `${approvals} of \`${name}\``).join(' and ')
  const details = { quorums: names }
  if (approval === undefined) {
    return new KeeperError('approval-pending', `this needs the approval of ${wanted}`, { details })
  }
  return new KeeperError(
    'approval-pending',
    `this needs the approval of ${wanted}: repeat it when request ${approval.id} is approved`,
    { details: { ...details, approval: approval.id, digest: approval.digest } },
  )
}
