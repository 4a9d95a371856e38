import {
  type ChangeObserver,
  type Clock,
  eraseTenant,
  SYSTEM_TENANT,
  type TenantId,
} from '@claviger/core'
import type { Keyring } from './custody/software/keyring.ts'
import { loadTenants } from './custody/software/tenant-keys.ts'
import { describeError, type Logger } from './logging/logger.ts'
import type { OpenedLog } from './open-log.ts'
import { recoverOutbox } from './outbox.ts'
import type { SqliteStore } from './storage/sqlite/sqlite-store.ts'

/** How many are looked for at a start; an operator may go on with any. */
const SHREDDING_MAX = 100

/** What has to happen once the root key is there, before anything else is served. */
export class Unsealing {
  readonly #store: SqliteStore
  readonly #keyring: Keyring
  readonly #opened: OpenedLog
  readonly #clock: Clock
  readonly #logger: Logger
  #isRecovered = false

  constructor(
    store: SqliteStore,
    keyring: Keyring,
    opened: OpenedLog,
    clock: Clock,
    logger: Logger,
  ) {
    this.#store = store
    this.#keyring = keyring
    this.#opened = opened
    this.#clock = clock
    this.#logger = logger
  }

  /** Opens the tenants' keys and the log's, and tells the log what a crash kept from it. */
  async complete(): Promise<void> {
    const warn = (message: string): void => this.#logger.error(message)
    if ((await loadTenants(this.#store, SYSTEM_TENANT, this.#keyring, warn)) === 0) return
    await this.#openLogKeys()
    // Once a process: later on, what waits in the outbox belongs to calls that are under way.
    if (this.#isRecovered) return
    const { log, reader } = this.#opened
    const report = (error: unknown): void =>
      this.#logger.error(`a fault inside: ${describeError(error)}`)
    const missing = await recoverOutbox(this.#store, log, reader, report)
    await this.#finishErasing(report)
    // Not before: an unsealing that the log refused is tried again, and tells what this one could not.
    this.#isRecovered = true
    if (missing > 0)
      this.#logger.info('entries of the last run were added to the log', { count: missing })
  }

  /** Overwrites what a crash left to be overwritten, and goes on with tenants that are being shredded. */
  async #finishErasing(report: (error: unknown) => void): Promise<void> {
    const store = this.#store
    const tenants = {
      seal: (id: TenantId) => this.#keyring.close(id),
      forget: (id: TenantId) => this.#keyring.forget(id),
    }
    try {
      // An orderly stop has emptied the write-ahead log.
      if (store.wasCut) await store.scrub()
      const query = { tenant: SYSTEM_TENANT, facets: ['state=shredding'], limit: SHREDDING_MAX }
      for (const { value } of (await store.list('tenant', query)).records) {
        await eraseTenant({ store, tenants }, value.id)
        this.#logger.info('a tenant was shredded to its end', { tenant: value.id })
      }
    } catch (error) {
      // The keeper serves the others all the same; the next start tries again, and so may an operator.
      report(error)
    }
  }

  /** The first tenant is the system itself: with its KEK the log's own keys can be made. */
  readonly observe: ChangeObserver = async (kind, _tenant, id) => {
    if (kind !== 'tenant' || id !== SYSTEM_TENANT || this.#opened.keys.signers.length > 0) return
    this.#isRecovered = true
    await this.#openLogKeys()
  }

  #openLogKeys(): Promise<void> {
    return this.#opened.keys.unseal(this.#keyring, () => Math.floor(this.#clock.now() / 1_000))
  }
}
