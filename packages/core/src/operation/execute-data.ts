import type { EventDetails } from '../audit/event.ts'
import type { MaybePromise } from '../custody/custody.ts'
import { isKeeperError, KeeperError } from '../error.ts'
import type { Instant } from '../clock.ts'
import type { EventId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import { mintPermit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import { type Admission, DRY, dryRun } from './admission.ts'
import {
  type DataAnswer,
  type DataCall,
  type DataOperation,
  type DataScope,
  type ItemResult,
  ITEMS_MAX,
  type KeyUse,
  type OtherUse,
  type UseRequest,
} from './data-operation.ts'
import type { ApprovalGate, Passage } from './approval-gate.ts'
import { passItems } from './pass-items.ts'
import type { KeyCache, KeyRef, LoadedKey } from './key-cache.ts'
import { type Admitted, CHANGES_MAX, KeyOpener } from './open-key.ts'
import type { KeeperPorts } from './ports.ts'
import type { UsageLedger } from './usage-ledger.ts'
import { UseTrace } from './use-trace.ts'

/** What one call carries through its items. */
interface Running {
  readonly session: Session
  readonly request: RequestContext
  readonly admitted: Admitted
  readonly trace: UseTrace
  readonly risk: boolean
  readonly now: number
  readonly dry: boolean
  /** What quorums let it happen. */
  readonly passages: readonly Passage[] | undefined
}

/**
 * The hot half of the one way in: authorize, check state, period, limits and algorithm, open, run,
 * record. With a cached key, session and decision it touches neither store nor network, and waits for
 * nothing but its audit entry.
 */
export class DataExecutor {
  readonly #ports: KeeperPorts
  readonly #keys: KeyCache
  readonly #usage: UsageLedger
  readonly #opener: KeyOpener
  readonly #admission: Admission
  readonly #gate: ApprovalGate
  /** Holds nothing of a call: one does for all. */
  readonly #scope: DataScope

  constructor(
    ports: KeeperPorts,
    keys: KeyCache,
    usage: UsageLedger,
    admission: Admission,
    gate: ApprovalGate,
  ) {
    this.#ports = ports
    this.#keys = keys
    this.#usage = usage
    this.#opener = new KeyOpener(ports, keys, usage, admission)
    this.#admission = admission
    this.#gate = gate
    const { custody } = ports
    this.#scope = {
      random: (lengthBytes) => custody.random(lengthBytes),
      generatePair: (spec) => custody.generatePair(spec),
    }
  }

  async execute<Item, Result>(
    session: Session,
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    request: RequestContext,
  ): Promise<DataAnswer<Result>> {
    const now = this.#ports.clock.now()
    const dry = call.dryRun === true
    let running: Running
    let results: readonly ItemResult<Result>[]
    try {
      this.#admission.assertOpen(session, now)
      const loading = this.#load(session, call.key)
      const loaded = loading instanceof Promise ? await loading : loading
      if (loading instanceof Promise) this.#admission.assertCurrent(session)
      const admitted = this.#admit(session, operation.action, loaded, call.key, request)
      assertItems(call.items)
      const guarding = this.#gate.isGuarding(session)
      const passages =
        guarding === false
          ? undefined
          : await passItems(this.#gate, operation, call, admitted, (key) =>
              this.#load(session, key),
            )
      const risk = call.acknowledgeRisk === true
      running = { session, request, admitted, trace: new UseTrace(), risk, now, dry, passages }
      const run = dry
        ? this.#tryItems(operation, call.items, running)
        : this.#runItems(operation, call.items, running)
      results = run instanceof Promise ? await run : run
      if (passages !== undefined && !dry) await this.#gate.spend(passages)
    } catch (error) {
      const details = dry ? DRY : undefined
      throw await this.#admission.refused(
        { session, action: operation.action, target: call.key, request, details },
        error,
      )
    }
    const entry = await this.#record(operation, call, running, results)
    if (dry) results = dryResults(results, entry)
    return { key: running.admitted.loaded.key, results, entry }
  }

  /** Admits one key to one use for a management operation that needs it (an import under a wrapping key). */
  async use(
    session: Session,
    ref: KeyRef,
    use: UseRequest,
    request: RequestContext,
    trace: UseTrace,
  ): Promise<KeyUse> {
    const loaded = await this.#load(session, ref)
    const admitted = this.#admit(session, use.action, loaded, ref, request)
    // Nobody could approve it by itself: it is a part of another call.
    const { resource } = admitted.loaded
    const part = { session, action: use.action, resource, input: {}, request, dryRun: true }
    await this.#gate.pass(part)
    const opened = await this.#opener.open(admitted, use, false, this.#ports.clock.now())
    trace.also(use.action, opened.key.id, opened.version.version, admitted.decision.policies)
    return opened
  }

  #record<Item, Result>(
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    { session, request, admitted, trace, now, dry, passages }: Running,
    results: readonly ItemResult<Result>[],
  ): Promise<number> {
    let failed = 0
    let bytes = 0
    let error: KeeperError | undefined
    for (let index = 0; index < results.length; index++) {
      const result = results[index] as ItemResult<Result>
      if (!result.ok) {
        failed++
        error ??= result.error
      } else bytes += operation.bytesOf(call.items[index] as Item)
    }
    const id = this.#admission.eventId()
    if (failed < results.length && !dry) this.#noteUses(operation.action, trace, id, admitted, now)
    return this.#admission.record({
      id,
      at: now,
      tenant: session.tenant,
      session,
      request,
      action: operation.action,
      target: admitted.loaded.eventTarget,
      policies: trace.policies(admitted.decision.policies),
      outcome: failed === 0 ? 'allowed' : failed < results.length ? 'partial' : outcomeOf(error),
      error: error?.code,
      mechanism: trace.mechanism,
      versions: trace.versions,
      items: results.length,
      failed: failed === 0 ? undefined : failed,
      bytes,
      riskAcknowledged: call.acknowledgeRisk,
      details: detailsOf(trace, passages, dry),
    })
  }

  #noteUses(
    action: Action,
    trace: UseTrace,
    event: EventId,
    { loaded: { key }, request: { requestId } }: Admitted,
    now: Instant,
  ): void {
    const { lastUses } = this.#usage
    const version = trace.lastVersion
    lastUses.note(key.tenant, { key: key.id, action, version }, now, event, requestId)
    for (const use of trace.otherUses) lastUses.note(key.tenant, use, now, event, requestId)
  }

  #load(session: Session, ref: KeyRef): MaybePromise<LoadedKey | undefined> {
    return this.#keys.peek(session.tenant, ref) ?? this.#keys.load(session.tenant, ref)
  }

  #admit(
    session: Session,
    action: Action,
    loaded: LoadedKey | undefined,
    ref: KeyRef,
    request: RequestContext,
  ): Admitted {
    if (loaded === undefined) throw this.#admission.unknown(session, action, 'key', ref, request)
    const decision = this.#admission.authorize(session, action, loaded.resource, request)
    return { loaded, decision, permit: mintPermit(action), session, request }
  }

  #runItems<Item, Result>(
    operation: DataOperation<Item, Result>,
    items: readonly Item[],
    running: Running,
  ): MaybePromise<readonly ItemResult<Result>[]> {
    const pending: MaybePromise<ItemResult<Result>>[] = []
    let asynchronous = false
    for (const item of items) {
      const result = this.#runItem(operation, item, running)
      if (result instanceof Promise) asynchronous = true
      pending.push(result)
    }
    if (!asynchronous) return pending as ItemResult<Result>[]
    return Promise.all(pending.map((result) => Promise.resolve(result)))
  }

  /** One item: synchronous when everything it needs is at hand and the work is short. */
  #runItem<Item, Result>(
    operation: DataOperation<Item, Result>,
    item: Item,
    running: Running,
  ): MaybePromise<ItemResult<Result>> {
    const { admitted, trace, risk, now } = running
    try {
      const { key } = admitted.loaded
      operation.check?.(item, key)
      const request = useRequest(operation, item)
      const run = (use: KeyUse, other?: KeyUse): MaybePromise<Result> => {
        trace.opened(use.version.version, use.mechanism)
        return operation.run(use, item, this.#scope, other)
      }
      const other = operation.other?.(item, key)
      let value: MaybePromise<Result>
      if (other !== undefined) value = this.#runBoth(request, other, running, run)
      else {
        const use = this.#opener.open(admitted, request, risk, now)
        value = use instanceof Promise ? use.then((opened) => run(opened)) : run(use)
      }
      if (value instanceof Promise) return value.then(succeeded, failedItem)
      return { ok: true, value }
    } catch (error) {
      return failedItem(error)
    }
  }

  /**
   * Opens both keys of an item and runs it when neither can have changed since: what was opened first may
   * be destroyed while the second is waited for.
   */
  async #runBoth<Result>(
    request: UseRequest,
    other: OtherUse,
    { session, admitted, request: context, trace, risk }: Running,
    run: (use: KeyUse, other: KeyUse) => MaybePromise<Result>,
  ): Promise<Result> {
    const { id, name } = admitted.loaded.key
    for (let change = 0; change <= CHANGES_MAX; change++) {
      const { epoch } = this.#keys
      const second = await this.#admitOther(session, other, context)
      const opened =
        'use' in other
          ? await this.#opener.open(second, other.use, risk, this.#ports.clock.now())
          : await this.#opener.openForExport(second, other.exportVersion, risk)
      const loaded = await this.#load(session, id)
      if (loaded === undefined) break
      const now = this.#ports.clock.now()
      const use = await this.#opener.open({ ...admitted, loaded }, request, risk, now)
      if (epoch !== this.#keys.epoch) continue
      const { decision } = second
      trace.also(second.action, opened.key.id, opened.version.version, decision.policies)
      return run(use, opened)
    }
    throw new KeeperError('conflict', `key \`${name}\` changed meanwhile; ask again`)
  }

  async #admitOther(
    session: Session,
    other: OtherUse,
    request: RequestContext,
  ): Promise<Admitted & { readonly action: Action }> {
    const action = 'use' in other ? other.use.action : 'key.export'
    const loaded = await this.#load(session, other.key)
    return { ...this.#admit(session, action, loaded, other.key, request), action }
  }

  /** Everything but the work itself; the values are of no meaning. */
  #tryItems<Item, Result>(
    operation: DataOperation<Item, Result>,
    items: readonly Item[],
    running: Running,
  ): Promise<readonly ItemResult<Result>[]> {
    return Promise.all(
      items.map(async (item) => {
        try {
          await this.#tryItem(operation, item, running)
          return succeeded(undefined as Result)
        } catch (error) {
          return failedItem(error)
        }
      }),
    )
  }

  async #tryItem<Item>(
    operation: DataOperation<Item, unknown>,
    item: Item,
    { session, admitted, request, trace, risk, now }: Running,
  ): Promise<void> {
    const { key } = admitted.loaded
    operation.check?.(item, key)
    const wanted = useRequest(operation, item)
    const use = await this.#opener.check(admitted, wanted, risk, now)
    const other = operation.other?.(item, key)
    if (other !== undefined) {
      const second = await this.#admitOther(session, other, request)
      const { version } =
        'use' in other
          ? await this.#opener.check(second, other.use, risk, now)
          : await this.#opener.checkExport(second, other.exportVersion, risk)
      const { decision } = second
      trace.also(second.action, version.key, version.version, decision.policies)
    }
    trace.opened(use.version.version, use.mechanism)
    if (operation.rehearse === undefined) return
    await operation.rehearse(await this.#opener.open(admitted, wanted, risk, now), item)
  }
}

function useRequest<Item>(operation: DataOperation<Item, unknown>, item: Item): UseRequest {
  return {
    action: operation.action,
    usage: operation.usage,
    version: operation.versionOf?.(item),
    mechanism: operation.mechanismOf?.(item),
    bytes: operation.bytesOf(item),
  }
}

/** Nothing has succeeded: every item that would have says so, and all of them together throw it. */
function dryResults<Result>(
  results: readonly ItemResult<Result>[],
  entry: number,
): readonly ItemResult<Result>[] {
  const error = dryRun(entry)
  if (results.every(({ ok }) => ok)) throw error
  return results.map((result) => (result.ok ? { ok: false, error } : result))
}

function assertItems(items: readonly unknown[]): void {
  if (items.length === 0) throw new KeeperError('invalid-input', 'there must be at least one item')
  if (items.length > ITEMS_MAX) {
    throw new KeeperError(
      'too-large',
      `at most ${ITEMS_MAX} items a request; send the rest in another`,
    )
  }
}

function succeeded<Result>(value: Result): ItemResult<Result> {
  return { ok: true, value }
}

/** Only the domain's own errors belong to an item; anything else is a fault and goes up. */
function failedItem(error: unknown): { readonly ok: false; readonly error: KeeperError } {
  if (isKeeperError(error)) return { ok: false, error }
  throw error
}

function detailsOf(
  { details }: UseTrace,
  passages: readonly Passage[] | undefined,
  dry: boolean,
): EventDetails | undefined {
  if (!dry && passages === undefined) return details
  const approvals = passages?.map((passage) => String(passage.details['approval'])) ?? []
  return { ...details, ...(dry && DRY), ...(approvals.length > 0 && { approvals }) }
}

function outcomeOf(error: KeeperError | undefined): 'denied' | 'failed' {
  return error?.code === 'denied' ? 'denied' : 'failed'
}
