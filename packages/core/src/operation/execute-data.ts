import type { MaybePromise, OpenMaterial, StoredMaterial } from '../custody/custody.ts'
import { isKeeperError, KeeperError } from '../error.ts'
import { assertAlgorithm } from '../key/algorithm-policy.ts'
import type { KeyVersion } from '../key/key.ts'
import { limitsOf } from '../key/limits.ts'
import { type Mechanism, pickMechanism } from '../key/mechanism.ts'
import { DIRECTION, HALF, type Usage } from '../key/purpose.ts'
import { specFacts } from '../key/spec.ts'
import { assertUsable } from '../key/usability.ts'
import type { Action } from '../policy/action.ts'
import type { Decision } from '../policy/authorizer.ts'
import { mintPermit, type Permit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'
import type { Stored } from '../storage/store.ts'
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
import { type KeyCache, type KeyRef, type LoadedKey, versionRecordId } from './key-cache.ts'
import type { KeeperPorts } from './ports.ts'
import type { UsageLedger } from './usage-ledger.ts'

interface Admitted {
  readonly loaded: LoadedKey
  readonly decision: Decision
  readonly permit: Permit
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
  readonly #admission: Admission

  constructor(ports: KeeperPorts, keys: KeyCache, usage: UsageLedger, admission: Admission) {
    this.#ports = ports
    this.#keys = keys
    this.#usage = usage
    this.#admission = admission
  }

  async execute<Item, Result>(
    session: Session,
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    request: RequestContext,
  ): Promise<DataAnswer<Result>> {
    const now = this.#ports.clock.now()
    let admitted: Admitted | undefined
    try {
      this.#admission.assertOpen(session, now)
      const loading = this.#load(session, call.key)
      const loaded = loading instanceof Promise ? await loading : loading
      admitted = this.#admit(session, operation.action, loaded, call.key, request)
      assertItems(call.items)
    } catch (error) {
      throw await this.#admission.refused(session, operation.action, call.key, request, error)
    }
    const key = admitted.loaded.key
    const results = await this.#runItems(session, operation, call, request, admitted)
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
    const entry = await this.#admission.record({
      session,
      request,
      now,
      action: operation.action,
      target: admitted.loaded.eventTarget,
      policies: admitted.decision.policies,
      outcome: failed === 0 ? 'allowed' : failed < results.length ? 'partial' : outcomeOf(error),
      error: error?.code,
      items: results.length,
      failed: failed === 0 ? undefined : failed,
      bytes,
      riskAcknowledged: call.acknowledgeRisk,
    })
    return { key, results, entry }
  }

  /** Admits one key to one use for a management operation that needs it (an import under a wrapping key). */
  async use(
    session: Session,
    ref: KeyRef,
    use: UseRequest,
    request: RequestContext,
  ): Promise<KeyUse> {
    const loaded = await this.#load(session, ref)
    const admitted = this.#admit(session, use.action, loaded, ref, request)
    return this.#open(admitted, use, false, this.#ports.clock.now())
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
    return { loaded, decision, permit: mintPermit(action) }
  }

  async #runItems<Item, Result>(
    session: Session,
    operation: DataOperation<Item, Result>,
    call: DataCall<Item>,
    request: RequestContext,
    admitted: Admitted,
  ): Promise<readonly ItemResult<Result>[]> {
    const now = this.#ports.clock.now()
    const risk = call.acknowledgeRisk === true
    const scope = this.#scope(session, request, now, risk)
    const pending: MaybePromise<ItemResult<Result>>[] = []
    let asynchronous = false
    for (const item of call.items) {
      const result = this.#runItem(operation, item, admitted, scope, risk, now)
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
    admitted: Admitted,
    scope: DataScope,
    risk: boolean,
    now: number,
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
      const use = this.#open(admitted, request, risk, now)
      const value =
        use instanceof Promise
          ? use.then((ready) => operation.run(ready, item, scope))
          : operation.run(use, item, scope)
      if (value instanceof Promise) return value.then(succeeded, failedItem)
      return { ok: true, value }
    } catch (error) {
      return failedItem(error)
    }
  }

  #open(admitted: Admitted, request: UseRequest, risk: boolean, now: number): MaybePromise<KeyUse> {
    const { key } = admitted.loaded
    if (
      request.version === undefined &&
      key.currentVersion === 0 &&
      DIRECTION[request.usage] === 'protect'
    ) {
      throw new KeeperError(
        'wrong-state',
        `key \`${key.name}\` is not active yet; activate it first`,
      )
    }
    const number =
      request.version ?? (key.currentVersion === 0 ? key.lastVersion : key.currentVersion)
    const version = this.#keys.version(admitted.loaded, number)
    if (version instanceof Promise) {
      return version.then((stored) => this.#openVersion(admitted, stored, request, risk, now))
    }
    return this.#openVersion(admitted, version, request, risk, now)
  }

  #openVersion(
    admitted: Admitted,
    stored: Stored<'key-version'>,
    request: UseRequest,
    risk: boolean,
    now: number,
  ): MaybePromise<KeyUse> {
    const { key } = admitted.loaded
    const version = stored.value
    assertUsable(key, version, request.usage, now, risk)
    const mechanism = pickMechanism(key, request.usage, request.mechanism)
    const direction = DIRECTION[request.usage]
    assertAlgorithm(key, mechanism, direction, this.#ports.profile, now)
    if (direction === 'protect') {
      const counted = this.#count(admitted.loaded, version, mechanism, request.bytes)
      if (counted instanceof Promise) {
        return counted.then(() => this.#openMaterial(admitted, version, mechanism, request.usage))
      }
    }
    return this.#openMaterial(admitted, version, mechanism, request.usage)
  }

  #count(
    loaded: LoadedKey,
    version: KeyVersion,
    mechanism: Mechanism,
    bytes: number,
  ): MaybePromise<void> {
    const limits = limitsOf(loaded.key, mechanism)
    if (limits === undefined) return undefined
    const id = versionRecordId(version.key, version.version)
    return this.#usage.take(version.tenant, id, limits, 1, bytes)
  }

  #openMaterial(
    admitted: Admitted,
    version: KeyVersion,
    mechanism: Mechanism,
    usage: Usage,
  ): MaybePromise<KeyUse> {
    const { key } = admitted.loaded
    const publicHalf = HALF[usage] === 'public' && specFacts(key.spec).form === 'pair'
    const stored = storedMaterial(admitted.loaded, version)
    const material = publicHalf
      ? this.#ports.custody.openPublic(admitted.permit, stored)
      : this.#ports.custody.open(admitted.permit, stored)
    if (material instanceof Promise) {
      return material.then((opened) => ({ key, version, mechanism, material: opened }))
    }
    return { key, version, mechanism, material }
  }

  #scope(session: Session, request: RequestContext, now: number, risk: boolean): DataScope {
    const admit = (ref: KeyRef, action: Action): MaybePromise<Admitted> => {
      const loading = this.#load(session, ref)
      if (loading instanceof Promise) {
        return loading.then((loaded) => this.#admit(session, action, loaded, ref, request))
      }
      return this.#admit(session, action, loading, ref, request)
    }
    return {
      random: (lengthBytes) => this.#ports.custody.random(lengthBytes),
      generatePair: (spec) => this.#ports.custody.generatePair(spec),
      use: (ref, use) => {
        const admitted = admit(ref, use.action)
        if (admitted instanceof Promise)
          return admitted.then((ready) => this.#open(ready, use, risk, now))
        return this.#open(admitted, use, risk, now)
      },
      exportable: async (ref, version) =>
        this.#openForExport(await admit(ref, 'key.export'), version),
    }
  }

  async #openForExport(admitted: Admitted, asked: number | undefined): Promise<KeyUse> {
    const { key } = admitted.loaded
    if (!key.exportable) {
      throw new KeeperError('not-exportable', `key \`${key.name}\` was not made exportable`)
    }
    const number = asked ?? (key.currentVersion === 0 ? key.lastVersion : key.currentVersion)
    const { value: version } = await this.#keys.version(admitted.loaded, number)
    if (version.material === undefined) {
      throw new KeeperError(
        'wrong-state',
        `version ${number} of key \`${key.name}\` has no material`,
      )
    }
    const material: OpenMaterial = await this.#ports.custody.open(
      admitted.permit,
      storedMaterial(admitted.loaded, version),
    )
    return { key, version, mechanism: key.mechanisms[0] as Mechanism, material }
  }
}

const handles = new WeakMap<KeyVersion, StoredMaterial>()

/** The same object each time for the same version, so that custody may cache by identity. */
function storedMaterial(loaded: LoadedKey, version: KeyVersion): StoredMaterial {
  const known = handles.get(version)
  if (known !== undefined) return known
  const { key } = loaded
  const stored: StoredMaterial = {
    binding: {
      tenant: key.tenant,
      key: key.id,
      version: version.version,
      spec: key.spec,
      purpose: key.purpose,
      generation: version.generation,
    },
    ...(version.material !== undefined && { material: version.material }),
    ...(version.publicKey !== undefined && { publicKey: version.publicKey }),
  }
  handles.set(version, stored)
  return stored
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
