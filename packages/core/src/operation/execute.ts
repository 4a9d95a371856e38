import { encodeEntry } from '../audit/entry.ts'
import type { EventDetails, EventTarget } from '../audit/event.ts'
import type { MaybePromise } from '../custody/custody.ts'
import { KeeperError } from '../error.ts'
import { isUuid } from '../id.ts'
import type { Decision, Resource } from '../policy/authorizer.ts'
import { mintPermit, type Permit } from '../policy/permit.ts'
import type { RequestContext, Session, Token } from '../principal/principal.ts'
import type { OutboxEntry } from '../storage/store.ts'
import { Admission, DRY, dryRun } from './admission.ts'
import { ApprovalGate, type Passage } from './approval-gate.ts'
import { AttachmentCache } from './attachment-cache.ts'
import { attachmentWrite } from './attachment/attachment-write.ts'
import { CommitConflict, Committer } from './commit-change.ts'
import type { DataAnswer, DataCall, DataOperation } from './data-operation.ts'
import { DataExecutor } from './execute-data.ts'
import { openSharedSecret } from './execute-shared-secret.ts'
import { FailedLogins } from './failed-logins.ts'
import { GuardCache } from './guard-cache.ts'
import { idempotencyId, idempotencyPut } from './idempotency.ts'
import { KeyCache } from './key-cache.ts'
import type {
  Change,
  ManagementAnswer,
  ManagementOperation,
  ExecuteOptions,
  ManagementScope,
  Subjects,
  TargetKind,
  TargetRef,
} from './management-operation.ts'
import type { KeeperPorts } from './ports.ts'
import { resourceOf, targetOf } from './subject.ts'
import { QuotaRail } from './tenant/quota-rail.ts'
import { Traffic } from './tenant/traffic.ts'
import { UsageLedger } from './usage-ledger.ts'
import { UseTrace } from './use-trace.ts'

/** Another writer may win this often before the caller is told to try again. */
const ATTEMPTS_MAX = 8

/**
 * The only way from any protocol to any key: authenticate (done by the protocol's authenticator, proven by
 * the session), authorize, check, run, write the change and its audit entry in one unit of work, and
 * answer when both are durable.
 */
export class Keeper {
  readonly keys: KeyCache
  readonly attachments: AttachmentCache
  readonly guards: GuardCache
  readonly usage: UsageLedger
  readonly failedLogins: FailedLogins
  readonly #ports: KeeperPorts
  readonly #traffic = new Traffic()
  readonly #quotas: QuotaRail
  readonly #admission: Admission
  readonly #data: DataExecutor
  readonly #committer: Committer
  readonly #gate: ApprovalGate
  /** In the outbox, and not in the log because it refused; a restart would find them there. */
  #untold: OutboxEntry[] = []

  constructor(ports: KeeperPorts) {
    this.#ports = ports
    this.keys = new KeyCache(ports.store, () => ports.clock.now(), ports.cachedKeysMax)
    this.attachments = new AttachmentCache(ports.store, ports.cachedKeysMax)
    this.usage = new UsageLedger(ports.store)
    this.failedLogins = new FailedLogins(ports)
    this.#admission = new Admission(ports, this.#traffic)
    this.#quotas = new QuotaRail(ports)
    this.guards = new GuardCache(ports.store)
    this.#committer = new Committer(ports, this.keys, this.attachments, this.guards, this.#quotas)
    this.#gate = new ApprovalGate(ports, this.guards, this.#committer, (event) =>
      this.#tellOutbox(event),
    )
    this.#data = new DataExecutor(ports, this.keys, this.usage, this.#admission, this.#gate)
  }

  executeData<Item, Result>(
    session: Session,
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    request: RequestContext,
  ): Promise<DataAnswer<Result>> {
    return this.#data.execute(session, operation, call, request)
  }

  async execute<Kind extends TargetKind, Input, Output>(
    session: Session,
    operation: ManagementOperation<Kind, Input, Output>,
    input: Input,
    request: RequestContext,
    options: ExecuteOptions<Output> = {},
  ): Promise<ManagementAnswer<Output>> {
    const target = operation.target(input)
    const seen: { event: EventTarget } = {
      event: { kind: target.kind, id: '', name: target.ref.slice(0, 128) },
    }
    let settled: Settled<Output>
    try {
      this.#admission.assertOpen(session, this.#ports.clock.now(), operation.whileSealed)
      if (options.dryRun === true) assertMayBeDry(target.kind)
      settled = await this.#attempt(session, operation, input, request, options, target, seen)
    } catch (error) {
      const details = options.dryRun === true ? DRY : undefined
      throw await this.#admission.refused(
        { session, action: operation.action, target: seen.event, request, details },
        error,
      )
    }
    const entry = await this.#tell(settled)
    if (options.dryRun === true) throw dryRun(entry)
    await settled.after?.()
    return { output: settled.output, entry }
  }

  /** The record of a change that is durable already; kept for later when the log refuses it now. */
  async #tell({ event, outbox }: Settled<unknown>): Promise<number> {
    return outbox ? this.#tellOutbox(event) : this.#ports.log.append(event.entry)
  }

  async #tellOutbox(event: OutboxEntry): Promise<number> {
    try {
      const entry = await this.#ports.log.append(event.entry)
      this.#ports.store.settleOutbox([event.id])
      return entry
    } catch (error) {
      this.#untold.push(event)
      throw error
    }
  }

  /** For authenticators alone: the secret that a request was signed by. The caller wipes it. */
  openSharedSecret(token: Token): Uint8Array {
    return openSharedSecret(this.#ports.custody, token)
  }

  /** Tells the log of changes that it refused when they were made; how many there were. */
  async tellPending(): Promise<number> {
    if (this.#untold.length === 0 || this.#ports.log.failure !== undefined) return 0
    const events = this.#untold.splice(0)
    for (const [index, event] of events.entries()) {
      try {
        await this.#ports.log.append(event.entry)
      } catch (error) {
        this.#untold.unshift(...events.slice(index))
        throw error
      }
      this.#ports.store.settleOutbox([event.id])
    }
    return events.length
  }

  /** Retries when another change came between reading and writing. */
  async #attempt<Kind extends TargetKind, Input, Output>(
    session: Session,
    operation: ManagementOperation<Kind, Input, Output>,
    input: Input,
    request: RequestContext,
    options: ExecuteOptions<Output>,
    target: TargetRef<Kind>,
    seen: { event: EventTarget },
  ): Promise<Settled<Output>> {
    // A creation meets a conflict because its name is taken: only an idempotency key makes that worth a
    // second look, since the answer may be there by now.
    const isCreation = target.attributes !== undefined
    const mayRetry =
      options.expectedRevision === undefined && (!isCreation || options.idempotency !== undefined)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attemptOnce(session, operation, input, request, options, target, seen)
      } catch (error) {
        if (!(error instanceof CommitConflict)) throw error
        if (!mayRetry || attempt === ATTEMPTS_MAX) throw error.conflict
      }
    }
  }

  async #attemptOnce<Kind extends TargetKind, Input, Output>(
    session: Session,
    operation: ManagementOperation<Kind, Input, Output>,
    input: Input,
    request: RequestContext,
    options: ExecuteOptions<Output>,
    target: TargetRef<Kind>,
    seen: { event: EventTarget },
  ): Promise<Settled<Output>> {
    const subject = await this.#resolve(session, operation.action, target, request)
    const resource = resourceOf(target, subject, session.tenant)
    seen.event = targetOf(target, subject, session.tenant)
    const decision = this.#admission.authorize(session, operation.action, resource, request)
    assertRevision(resource, options.expectedRevision)
    const trace = new UseTrace()
    const scope = this.#scope(session, request, subject, mintPermit(operation.action), trace)
    const replayed = await this.#replay(scope, operation, options)
    const { action } = operation
    const dryRun = options.dryRun === true
    const call = { session, action, resource, input, request, dryRun }
    const { epoch } = this.guards
    const passage = replayed === undefined ? await this.#gate.pass(call) : undefined
    const change = replayed ?? (await operation.run(scope, input))
    const settled = await this.#write(
      scope,
      operation,
      request,
      options,
      { ...passed(change, passage), traced: trace.details, epoch },
      { ...decision, policies: trace.policies(decision.policies) },
      seen.event,
      replayed !== undefined,
    )
    if (options.dryRun !== true) {
      for (const use of trace.otherUses) {
        const { now, tenant } = scope
        this.usage.lastUses.note(tenant, use, now, settled.event.id, request.requestId)
      }
    }
    return settled
  }

  #scope<Kind extends TargetKind>(
    session: Session,
    request: RequestContext,
    subject: Subjects[Kind],
    permit: Permit,
    trace: UseTrace,
  ): ManagementScope<Kind> {
    return {
      session,
      tenant: session.tenant,
      now: this.#ports.clock.now(),
      subject,
      ports: this.#ports,
      keys: this.keys,
      attachments: this.attachments,
      permit,
      lastUse: (key) => this.usage.lastUse(session.tenant, key),
      forget: (tenant) => {
        this.keys.clear()
        this.attachments.clear()
        this.guards.drop(tenant)
        this.usage.forget(tenant)
      },
      figures: async (tenant) => ({
        ...(await this.#quotas.counts(tenant)),
        ...this.#traffic.figures(tenant),
      }),
      use: (key, use) => this.#data.use(session, key, use, request, trace),
    }
  }

  /** The target inside the caller's own tenant, straight from the store: changes need the newest. */
  async #resolve<Kind extends TargetKind>(
    session: Session,
    action: ManagementOperation<Kind, never, never>['action'],
    target: TargetRef<Kind>,
    request: RequestContext,
  ): Promise<Subjects[Kind]> {
    const { kind, ref } = target
    const { tenant } = session
    if (target.attributes !== undefined || kind === 'tenant' || kind === 'log' || kind === 'seal') {
      return undefined as Subjects[Kind]
    }
    const { store } = this.#ports
    const found: MaybePromise<unknown> =
      kind === 'key'
        ? this.keys.read(tenant, ref)
        : isUuid(ref)
          ? store.get(kind as 'object', tenant, ref)
          : store.getByName(kind as 'object', tenant, ref)
    const subject = await found
    if (subject === undefined)
      throw this.#admission.unknown(session, action, kind as Resource['kind'], ref, request)
    return subject as Subjects[Kind]
  }

  async #replay<Kind extends TargetKind, Input, Output>(
    scope: ManagementScope<Kind>,
    operation: ManagementOperation<Kind, Input, Output>,
    options: ExecuteOptions<Output>,
  ): Promise<Change<Output> | undefined> {
    const { idempotency } = options
    if (idempotency === undefined) return undefined
    if (operation.replay === undefined) {
      throw new KeeperError('invalid-input', `${operation.action} takes no idempotency key`)
    }
    const id = idempotencyId(scope.session, idempotency.key)
    const earlier = await this.#ports.store.get('idempotency', scope.tenant, id)
    if (earlier === undefined || earlier.value.expiresAt <= scope.now) return undefined
    if (earlier.value.requestHash !== idempotency.requestHash) {
      throw new KeeperError('conflict', 'this idempotency key was used for another request')
    }
    const output = await operation.replay(scope, earlier.value.result.id)
    return { output, details: { replayed: true } }
  }

  async #write<Kind extends TargetKind, Input, Output>(
    scope: ManagementScope<Kind>,
    operation: ManagementOperation<Kind, Input, Output>,
    request: RequestContext,
    options: ExecuteOptions<Output>,
    change: Prepared<Output>,
    decision: Decision,
    target: EventTarget,
    replayed: boolean,
  ): Promise<Settled<Output>> {
    const id = this.#admission.eventId()
    const dry = options.dryRun === true ? DRY : undefined
    const details = { ...change.details, ...change.traced, ...dry }
    const entry = encodeEntry({
      id,
      at: scope.now,
      tenant: scope.tenant,
      session: scope.session,
      request,
      action: operation.action,
      target,
      policies: decision.policies,
      outcome: 'allowed',
      details: isEmpty(details) ? undefined : details,
    })
    const event: OutboxEntry = { id, entry }
    const settled = { output: change.output, event, after: change.after }
    const puts = [...(change.puts ?? [])]
    if (options.idempotency !== undefined && !replayed) {
      puts.push(await idempotencyPut(scope, operation, options.idempotency, change.output))
    }
    const { unchanged = [] } = change
    const deletes = [...(change.deletes ?? [])]
    if (options.attachments !== undefined && !replayed) {
      const { key, changes } = options.attachments(change.output)
      const write = attachmentWrite(scope.tenant, key, changes, scope.now)
      puts.push(...write.puts)
      deletes.push(...write.deletes)
    }
    // Waits have passed since the session was looked at. What the seal did is done, and must be told.
    if (target.kind !== 'seal') this.#admission.assertCurrent(scope.session)
    if (options.dryRun === true) {
      await this.#committer.rehearse({ puts, deletes, unchanged }, request)
      return { output: change.output, event, after: undefined, outbox: false }
    }
    if (puts.length === 0 && deletes.length === 0) return { ...settled, outbox: false }
    this.#gate.assertEpoch(change.epoch)
    await this.#committer.commit({ puts, deletes, unchanged, outbox: event }, request)
    return { ...settled, outbox: true }
  }
}

interface Settled<Output> {
  readonly output: Output
  readonly event: OutboxEntry
  readonly outbox: boolean
  readonly after: Change<Output>['after'] | undefined
}

/** A change that policy and quorum have let through. */
interface Prepared<Output> extends Change<Output> {
  /** The other keys that it used. */
  readonly traced: EventDetails | undefined
  /** Of what is guarded, when it was let through. */
  readonly epoch: number
}

/** A quorum is spent in the same unit of work as what it let happen. */
function passed<Output>(change: Change<Output>, passage: Passage | undefined): Change<Output> {
  if (passage === undefined) return change
  return {
    ...change,
    puts: [...(change.puts ?? []), ...passage.puts],
    unchanged: [...(change.unchanged ?? []), ...passage.unchanged],
    details: { ...change.details, ...passage.details },
  }
}

/** The seal is not in the store: what is done to it is done at once. */
function assertMayBeDry(kind: TargetKind): void {
  if (kind !== 'seal') return
  throw new KeeperError('unsupported', 'what is done to the seal cannot be tried without doing it')
}

function isEmpty(details: object | undefined): boolean {
  return details === undefined || Object.keys(details).length === 0
}

function assertRevision(resource: Resource, expected: number | undefined): void {
  if (expected === undefined || expected === resource.revision) return
  throw new KeeperError(
    'precondition-failed',
    `\`${resource.name}\` has changed since you read it (revision ${resource.revision}); read it again`,
    { details: { revision: resource.revision } },
  )
}
