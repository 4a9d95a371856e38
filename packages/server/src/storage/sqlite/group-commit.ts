import type { KeeperError, UnitOfWork } from '@claviger/core'
import { asKeeperError, storeFailure } from './store-error.ts'

/** Units in one transaction at most: bounds what one commit holds and how long reads keep its snapshot. */
const BATCH_UNITS_MAX = 256

interface Waiting {
  readonly work: UnitOfWork
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** How each unit of a batch ended, in order: undefined when it is on disk. */
export type Outcomes = readonly unknown[]

/**
 * Everything that waits goes into the next transaction together: no timer, one transaction in flight. A
 * lone commit starts at the end of the event-loop turn it came in, so that calls of one turn share it.
 */
export class GroupCommit {
  readonly #process: (units: readonly UnitOfWork[]) => Promise<Outcomes>
  #queue: Waiting[] = []
  #pauses: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined
  #refusal: KeeperError | undefined

  constructor(process: (units: readonly UnitOfWork[]) => Promise<Outcomes>) {
    this.#process = process
  }

  commit(work: UnitOfWork): Promise<void> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal)
    return new Promise((resolve, reject) => {
      this.#queue.push({ work, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Runs while no transaction is under way; what comes meanwhile waits for it. */
  pause<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#refusal !== undefined) return Promise.reject(this.#refusal)
    return new Promise((resolve, reject) => {
      this.#pauses.push(() => run().then(resolve, reject))
      this.#running ??= this.#run()
    })
  }

  /** Lets what waits finish, and refuses the rest. */
  async close(): Promise<void> {
    this.#refusal = storeFailure('closed')
    await this.#running
  }

  async #run(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      for (const pause of this.#pauses.splice(0)) await pause()
      const batch = this.#queue.splice(0, BATCH_UNITS_MAX)
      if (batch.length > 0) await this.#settle(batch)
      else if (this.#pauses.length === 0) break
    }
    this.#running = undefined
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    let outcomes: Outcomes
    try {
      outcomes = await this.#process(batch.map(({ work }) => work))
    } catch (error) {
      const refusal = asKeeperError(error)
      outcomes = batch.map(() => refusal)
    }
    batch.forEach(({ resolve, reject }, index) => {
      const error = outcomes[index]
      if (error === undefined) resolve()
      else reject(error)
    })
  }
}
