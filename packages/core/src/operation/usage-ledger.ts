import { KeeperError } from '../error.ts'
import type { KeyId, TenantId } from '../id.ts'
import type { UsageLimits } from '../key/key.ts'
import type { MaybePromise } from '../custody/custody.ts'
import type { LastUse } from '../storage/record.ts'
import type { Put, Store } from '../storage/store.ts'
import { LastUses } from './last-uses.ts'

const BLOCK_INVOCATIONS = 2 ** 16
const BLOCK_BYTES = 2 ** 30
/** A limited version is reserved in at least this many blocks, so that a crash costs little of it. */
const BLOCKS_MIN = 256

interface Counter {
  readonly tenant: TenantId
  used: number
  usedBytes: number
  reserved: number
  reservedBytes: number
  revision: number
  /** One reservation at a time; later callers wait for it. */
  reserving: Promise<void> | undefined
}

/**
 * Counts protecting uses against limits. Counts are reserved in the store in blocks ahead of use, so that
 * the hot path writes nothing; what a crash leaves unused of a block counts as used, so a version never
 * exceeds its limit (SP 800-38D §8.3 counts invocations over the life of the key).
 */
export class UsageLedger {
  readonly #store: Store
  readonly #counters = new Map<string, Counter>()
  readonly lastUses: LastUses

  constructor(store: Store) {
    this.#store = store
    this.lastUses = new LastUses(store)
  }

  /** Counts a use, or throws `limit-reached`. Synchronous while the reserved block lasts. */
  take(
    tenant: TenantId,
    version: string,
    limits: UsageLimits,
    invocations: number,
    bytes: number,
  ): MaybePromise<void> {
    const counter = this.#counters.get(version)
    if (
      counter !== undefined &&
      counter.used + invocations <= counter.reserved &&
      counter.usedBytes + bytes <= counter.reservedBytes &&
      // A limit may have been lowered below what was reserved under the old one.
      counter.used + invocations <= (limits.invocationsMax ?? Number.POSITIVE_INFINITY) &&
      counter.usedBytes + bytes <= (limits.bytesMax ?? Number.POSITIVE_INFINITY)
    ) {
      counter.used += invocations
      counter.usedBytes += bytes
      return undefined
    }
    return this.#takeSlowly(tenant, version, limits, invocations, bytes)
  }

  /** Whether one more use would be counted; throws `limit-reached`. Counts nothing. */
  async assertRoom(
    tenant: TenantId,
    version: string,
    { invocationsMax, bytesMax }: UsageLimits,
    bytes: number,
  ): Promise<void> {
    const used = await this.used(tenant, version)
    if (invocationsMax !== undefined && used.invocations + 1 > invocationsMax) {
      throw reached('invocations')
    }
    if (bytesMax !== undefined && used.bytes + bytes > bytesMax) throw reached('bytes')
  }

  /** What is known to be used of a version, for display: at most this, never more. */
  async used(tenant: TenantId, version: string): Promise<{ invocations: number; bytes: number }> {
    const counter = this.#counters.get(version)
    if (counter !== undefined) return { invocations: counter.used, bytes: counter.usedBytes }
    const stored = await this.#store.get('usage', tenant, version)
    return { invocations: stored?.value.invocations ?? 0, bytes: stored?.value.bytes ?? 0 }
  }

  /** When this key was last used and for what; undefined for one that was not. */
  lastUse(tenant: TenantId, key: KeyId): Promise<LastUse | undefined> {
    return this.lastUses.get(tenant, key)
  }

  /** Nothing is written any more of a tenant that is no more. */
  forget(tenant: TenantId): void {
    for (const [version, counter] of this.#counters) {
      if (counter.tenant === tenant) this.#counters.delete(version)
    }
    this.lastUses.forget(tenant)
  }

  /** Gives back what was reserved and not used, and writes down the last uses; called when the keeper stops in good order. */
  async close(): Promise<void> {
    const puts: Put[] = []
    for (const [version, counter] of this.#counters) {
      if (counter.used === counter.reserved && counter.usedBytes === counter.reservedBytes) continue
      const value = {
        tenant: counter.tenant,
        version,
        invocations: counter.used,
        bytes: counter.usedBytes,
      }
      puts.push({
        kind: 'usage',
        tenant: counter.tenant,
        id: version,
        value,
        expected: counter.revision,
      })
    }
    this.#counters.clear()
    if (puts.length > 0) await this.#store.commit({ puts })
    await this.lastUses.write()
  }

  async #takeSlowly(
    tenant: TenantId,
    version: string,
    limits: UsageLimits,
    invocations: number,
    bytes: number,
  ): Promise<void> {
    const counter = await this.#counter(tenant, version)
    for (;;) {
      const used = counter.used + invocations
      const usedBytes = counter.usedBytes + bytes
      if (limits.invocationsMax !== undefined && used > limits.invocationsMax)
        throw reached('invocations')
      if (limits.bytesMax !== undefined && usedBytes > limits.bytesMax) throw reached('bytes')
      if (used <= counter.reserved && usedBytes <= counter.reservedBytes) {
        counter.used = used
        counter.usedBytes = usedBytes
        return
      }
      counter.reserving ??= this.#reserve(
        tenant,
        version,
        counter,
        limits,
        invocations,
        bytes,
      ).finally(() => {
        counter.reserving = undefined
      })
      await counter.reserving
    }
  }

  async #counter(tenant: TenantId, version: string): Promise<Counter> {
    const known = this.#counters.get(version)
    if (known !== undefined) return known
    const stored = await this.#store.get('usage', tenant, version)
    const reserved = stored?.value.invocations ?? 0
    const reservedBytes = stored?.value.bytes ?? 0
    // Another caller may have made it meanwhile: there must be one counter a version.
    const raced = this.#counters.get(version)
    if (raced !== undefined) return raced
    const counter: Counter = {
      tenant,
      used: reserved,
      usedBytes: reservedBytes,
      reserved,
      reservedBytes,
      revision: stored?.revision ?? 0,
      reserving: undefined,
    }
    this.#counters.set(version, counter)
    return counter
  }

  async #reserve(
    tenant: TenantId,
    version: string,
    counter: Counter,
    limits: UsageLimits,
    invocations: number,
    bytes: number,
  ): Promise<void> {
    const wanted =
      counter.used + Math.max(block(BLOCK_INVOCATIONS, limits.invocationsMax), invocations)
    const wantedBytes = counter.usedBytes + Math.max(block(BLOCK_BYTES, limits.bytesMax), bytes)
    const reserved = Math.max(counter.reserved, Math.min(wanted, limits.invocationsMax ?? wanted))
    const reservedBytes = Math.max(
      counter.reservedBytes,
      Math.min(wantedBytes, limits.bytesMax ?? wantedBytes),
    )
    const value = { tenant, version, invocations: reserved, bytes: reservedBytes }
    try {
      await this.#store.commit({
        puts: [{ kind: 'usage', tenant, id: version, value, expected: counter.revision }],
      })
    } catch (error) {
      // Whether it was written is not known: the next use reads what the store says.
      this.#counters.delete(version)
      throw error
    }
    counter.revision++
    counter.reserved = reserved
    counter.reservedBytes = reservedBytes
  }
}

function block(most: number, limit: number | undefined): number {
  return limit === undefined ? most : Math.max(1, Math.min(most, Math.floor(limit / BLOCKS_MIN)))
}

function reached(what: 'invocations' | 'bytes'): KeeperError {
  return new KeeperError(
    'limit-reached',
    `this version has reached its limit of ${what}; rotate the key`,
    {
      details: { limit: what },
    },
  )
}
