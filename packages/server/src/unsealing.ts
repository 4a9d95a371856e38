import { type ChangeObserver, type Clock, type Store, SYSTEM_TENANT } from '@claviger/core'
import type { Keyring } from './custody/software/keyring.ts'
import { loadTenants } from './custody/software/tenant-keys.ts'
import { describeError, type Logger } from './logging/logger.ts'
import type { OpenedLog } from './open-log.ts'
import { recoverOutbox } from './outbox.ts'

/** What has to happen once the root key is there, before anything else is served. */
export class Unsealing {
  readonly #store: Store
  readonly #keyring: Keyring
  readonly #opened: OpenedLog
  readonly #clock: Clock
  readonly #logger: Logger
  #isRecovered = false

  constructor(store: Store, keyring: Keyring, opened: OpenedLog, clock: Clock, logger: Logger) {
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
    // Not before: an unsealing that the log refused is tried again, and tells what this one could not.
    this.#isRecovered = true
    if (missing > 0)
      this.#logger.info('entries of the last run were added to the log', { count: missing })
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
