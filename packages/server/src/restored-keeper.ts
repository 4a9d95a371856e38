import { rmSync } from 'node:fs'
import {
  bury,
  isKeeperError,
  type Keeper,
  KeeperError,
  type KeeperPorts,
  tellRestored,
  type TenantId,
  type Tombstone,
} from '@claviger/core'
import { readRestored, type Restored } from './backup/restored-file.ts'

const RETRY_MS = 1_000
/** Passes by itself: it is tried again. Anything else that fails is reported, and does not stand in the way. */
const PASSING: readonly string[] = [
  'sealed',
  'tenant-sealed',
  'log-unavailable',
  'store-unavailable',
]

/**
 * What a keeper that was restored has still to do: to tell the log, and to end what had ended when it was. No
 * tenant of which something waits is served before; one with a seal of its own waits for its people.
 */
export class RestoredKeeper {
  readonly #path: string
  readonly #report: (error: unknown) => void
  #restored: Restored | undefined
  #isTold = false
  readonly #waiting: Map<TenantId, Tombstone[]>
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: Promise<void> | undefined

  constructor(path: string, report: (error: unknown) => void) {
    this.#path = path
    this.#report = report
    this.#restored = readRestored(path)
    this.#waiting = Map.groupBy(this.#restored?.tombstones ?? [], ({ tenant }) => tenant)
  }

  /** Throws `store-unavailable` while something of the tenant's waits. */
  assertTakenUp(tenant: TenantId): void {
    if (this.#restored === undefined || !this.#waiting.has(tenant)) return
    throw new KeeperError(
      'store-unavailable',
      'what had ended when the keeper was restored is being ended again; try again in a moment',
    )
  }

  /** Call when the keeper has been unsealed. What cannot be done yet is tried again. */
  async takeUp(keeper: Keeper, ports: KeeperPorts): Promise<void> {
    if (this.#restored === undefined) return
    this.#running ??= this.#attempt(keeper, ports, this.#restored).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#running
    clearTimeout(this.#timer)
  }

  async #attempt(keeper: Keeper, ports: KeeperPorts, { facts }: Restored): Promise<void> {
    try {
      if (!this.#isTold) await tellRestored(keeper, facts)
      this.#isTold = true
      for (const [tenant, tombstones] of this.#waiting) {
        const isWhole = tombstones.some(({ kind }) => kind === 'tenant')
        // What is shredded needs nobody's passphrase.
        if (!isWhole && ports.tenants.isSealed(tenant)) continue
        for (const tombstone of tombstones) await this.#bury(keeper, ports, tombstone)
        this.#waiting.delete(tenant)
      }
      if (this.#waiting.size === 0) {
        rmSync(this.#path, { force: true })
        this.#restored = undefined
        return
      }
    } catch (error) {
      if (!isKeeperError(error) || error.code !== 'sealed') this.#report(error)
    }
    this.#timer = setTimeout(() => void this.takeUp(keeper, ports), RETRY_MS)
    this.#timer.unref()
  }

  async #bury(keeper: Keeper, ports: KeeperPorts, tombstone: Tombstone): Promise<void> {
    try {
      await bury(keeper, ports, tombstone)
    } catch (error) {
      if (isKeeperError(error) && PASSING.includes(error.code)) throw error
      this.#report(error)
    }
  }
}
