import type { MaybePromise } from '../custody/custody.ts'
import { isKeeperError, KeeperError } from '../error.ts'
import type { Action } from '../policy/action.ts'
import { mintPermit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import type { Admission } from './admission.ts'
import {
  type DataAnswer,
  type DataCall,
  type DataOperation,
  type DataScope,
  type ItemResult,
  ITEMS_MAX,
  type KeyUse,
  type UseRequest,
} from './data-operation.ts'
import type { KeyCache, KeyRef, LoadedKey } from './key-cache.ts'
import { type Admitted, KeyOpener } from './open-key.ts'
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
}

/**
 * The hot half of the one way in: authorize, check state, period, limits and algorithm, open, run,
 * record. With a cached key, session and decision it touches neither store nor network, and waits for
 * nothing but its audit entry.
 */
export class DataExecutor {
  readonly #ports: KeeperPorts
  readonly #keys: KeyCache
  readonly #opener: KeyOpener
  readonly #admission: Admission

  constructor(ports: KeeperPorts, keys: KeyCache, usage: UsageLedger, admission: Admission) {
    this.#ports = ports
    this.#keys = keys
    this.#opener = new KeyOpener(ports, keys, usage)
    this.#admission = admission
  }

  async execute<Item, Result>(
    session: Session,
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    request: RequestContext,
  ): Promise<DataAnswer<Result>> {
    const now = this.#ports.clock.now()
    let running: Running
    let results: readonly ItemResult<Result>[]
    try {
      this.#admission.assertOpen(session, now)
      const loading = this.#load(session, call.key)
      const loaded = loading instanceof Promise ? await loading : loading
      const admitted = this.#admit(session, operation.action, loaded, call.key, request)
      assertItems(call.items)
      const risk = call.acknowledgeRisk === true
      running = { session, request, admitted, trace: new UseTrace(), risk, now }
      const run = this.#runItems(operation, call.items, running)
      results = run instanceof Promise ? await run : run
    } catch (error) {
      throw await this.#admission.refused(session, operation.action, call.key, request, error)
    }
    const entry = await this.#record(operation, call, running, results)
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
    const opened = await this.#opener.open(admitted, use, false, this.#ports.clock.now())
    trace.also(use.action, opened.key.id, opened.version.version, admitted.decision.policies)
    return opened
  }

  #record<Item, Result>(
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    { session, request, admitted, trace, now }: Running,
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
    return this.#admission.record({
      id: this.#admission.eventId(),
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
      details: trace.details,
    })
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
    const scope = this.#scope(running)
    const pending: MaybePromise<ItemResult<Result>>[] = []
    let asynchronous = false
    for (const item of items) {
      const result = this.#runItem(operation, item, running, scope)
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
    { admitted, trace, risk, now }: Running,
    scope: DataScope,
  ): MaybePromise<ItemResult<Result>> {
    try {
      operation.check?.(item, admitted.loaded.key)
      const request: UseRequest = {
        action: operation.action,
        usage: operation.usage,
        version: operation.versionOf?.(item),
        mechanism: operation.mechanismOf?.(item),
        bytes: operation.bytesOf(item),
      }
      const run = (use: KeyUse): MaybePromise<Result> => {
        trace.opened(use.version.version, use.mechanism)
        return operation.run(use, item, scope)
      }
      const use = this.#opener.open(admitted, request, risk, now)
      const value = use instanceof Promise ? use.then(run) : run(use)
      if (value instanceof Promise) return value.then(succeeded, failedItem)
      return { ok: true, value }
    } catch (error) {
      return failedItem(error)
    }
  }

  /** What an item may ask for beside its own key; each such key is admitted and recorded by itself. */
  #scope({ session, request, trace, risk, now }: Running): DataScope {
    const admit = async (ref: KeyRef, action: Action): Promise<Admitted> =>
      this.#admit(session, action, await this.#load(session, ref), ref, request)
    const told = (action: Action, use: KeyUse, { decision }: Admitted): KeyUse => {
      trace.also(action, use.key.id, use.version.version, decision.policies)
      return use
    }
    return {
      random: (lengthBytes) => this.#ports.custody.random(lengthBytes),
      generatePair: (spec) => this.#ports.custody.generatePair(spec),
      use: async (ref, use) => {
        const admitted = await admit(ref, use.action)
        return told(use.action, await this.#opener.open(admitted, use, risk, now), admitted)
      },
      exportable: async (ref, version) => {
        const admitted = await admit(ref, 'key.export')
        return told(
          'key.export',
          await this.#opener.openForExport(admitted, version, risk),
          admitted,
        )
      },
    }
  }
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

function outcomeOf(error: KeeperError | undefined): 'denied' | 'failed' {
  return error?.code === 'denied' ? 'denied' : 'failed'
}
