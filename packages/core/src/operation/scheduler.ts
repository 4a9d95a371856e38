import type { Instant } from '../clock.ts'
import { isKeeperError } from '../error.ts'
import type { TenantId } from '../id.ts'
import type { Keeper } from './execute.ts'
import { INTERNAL_REQUEST, internalSession } from './internal-session.ts'
import { applySchedule } from './key/apply-schedule.ts'
import { rotateWhenDue } from './key/rotate-when-due.ts'
import { applyObjectSchedule } from './object/apply-object-schedule.ts'
import type { KeeperPorts } from './ports.ts'

const BATCH = 256
/** However far the next date is, look again: dates are made by other calls too. */
const SLEEP_MS_MAX = 1_000
const AFTER_FAILURE_MS = 5_000
/** Between sweeps that change nothing it sleeps for this many times as long as one takes. */
const IDLE_SHARE = 20
/** How long a record that failed is left alone, and how many of them are remembered. */
const FAILING_MS = 60_000
const FAILING_MAX = 10_000

/**
 * Brings about on time what dates demand, also when nobody calls: activations, ends of periods,
 * destructions, rotations, ends of borrowed material. Uses see the dates anyway; this writes them down, destroys material and tells the log.
 */
export class Scheduler {
  readonly #keeper: Keeper
  readonly #ports: KeeperPorts
  readonly #report: (error: unknown) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined
  #stopped = false
  readonly #failing = new Map<string, Instant>()

  constructor(keeper: Keeper, ports: KeeperPorts, report: (error: unknown) => void) {
    this.#keeper = keeper
    this.#ports = ports
    this.#report = report
  }

  start(): void {
    this.#sleep(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** Applies everything that is due now; how many records it changed. */
  async sweep(): Promise<number> {
    await this.#keeper.tellPending()
    const { clock, store, tenants } = this.#ports
    const now = clock.now()
    // What is a sealed tenant's own waits for its people, and nobody else waits for it.
    const skips = (tenant: TenantId): boolean => tenants.isSealed(tenant)
    // Beyond those that failed lately, which stand first in every sweep until they are mended.
    const limit = BATCH + this.#failing.size
    const keys = new Map<string, TenantId>()
    for (const { tenant, value } of await store.due('key-version', now, limit, skips)) {
      keys.set(value.key, tenant)
    }
    const rotating = new Map<string, TenantId>()
    for (const { tenant, id, value } of await store.due('key', now, limit, skips)) {
      if (value.destroyAt !== undefined && value.destroyAt <= now) keys.set(id, tenant)
      else rotating.set(id, tenant)
    }
    let done = 0
    for (const [key, tenant] of keys) {
      done += await this.#apply(key, now, () => {
        const session = internalSession(tenant, 'scheduler')
        return this.#keeper.execute(session, applySchedule, { key }, INTERNAL_REQUEST)
      })
    }
    for (const [key, tenant] of rotating) {
      done += await this.#apply(`${key}/rotation`, now, () => {
        const session = internalSession(tenant, 'scheduler')
        return this.#keeper.execute(session, rotateWhenDue, { key }, INTERNAL_REQUEST)
      })
    }
    for (const { tenant, id } of await store.due('object', now, limit, skips)) {
      done += await this.#apply(id, now, () => {
        const session = internalSession(tenant, 'scheduler')
        return this.#keeper.execute(session, applyObjectSchedule, { object: id }, INTERNAL_REQUEST)
      })
    }
    await this.#forgetOldAnswers(now)
    await this.#keeper.usage.lastUses.write(now)
    return done
  }

  /** One record that fails is reported and left for a while; it never keeps the others waiting. */
  async #apply(id: string, now: Instant, work: () => Promise<unknown>): Promise<0 | 1> {
    if ((this.#failing.get(id) ?? 0) > now) return 0
    try {
      await work()
      this.#failing.delete(id)
      return 1
    } catch (error) {
      if (isKeeperError(error) && (error.code === 'sealed' || error.code === 'log-unavailable'))
        throw error
      // Sealed since it was found: the next sweep passes it over.
      if (isKeeperError(error) && error.code === 'tenant-sealed') return 0
      if (this.#failing.size >= FAILING_MAX) this.#failing.clear()
      this.#failing.set(id, now + FAILING_MS)
      this.#report(error)
      return 0
    }
  }

  async #forgetOldAnswers(now: Instant): Promise<void> {
    const old = await this.#ports.store.due('idempotency', now, BATCH)
    if (old.length === 0) return
    const deletes = old.map(({ kind, tenant, id, revision }) => ({
      kind,
      tenant,
      id,
      expected: revision,
    }))
    await this.#ports.store.commit({ puts: [], deletes })
  }

  #sleep(delayMs: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#wake()
    }, delayMs)
    this.#timer.unref()
  }

  async #wake(): Promise<void> {
    let delayMs = SLEEP_MS_MAX
    try {
      const { clock } = this.#ports
      const began = clock.now()
      const busy = (await this.sweep()) > 0
      // Looking past what waits for a sealed tenant takes a while where that is much; calls come first.
      delayMs = busy ? 0 : Math.max(SLEEP_MS_MAX, IDLE_SHARE * (clock.now() - began))
    } catch (error) {
      const sealed = isKeeperError(error) && error.code === 'sealed'
      if (!sealed) {
        this.#report(error)
        delayMs = AFTER_FAILURE_MS
      }
    }
    this.#sleep(delayMs)
  }
}
