import { type Clock, type Instant, KeeperError, peerGroup } from '@claviger/core'

export interface FailureLimitOptions {
  readonly clock: Clock
  /** Failures a peer may make at once. */
  readonly failuresMax: number
  /** How long until it may make one more. */
  readonly failureSeconds: number
  readonly peersMax: number
}

/**
 * Limits how often a peer may fail to authenticate: a bucket that each failure fills and time empties.
 * The table is bounded; the peer whose latest failure is longest ago leaves first.
 */
export class FailureLimit {
  readonly #options: FailureLimitOptions
  readonly #peers = new Map<string, { failures: number; at: Instant }>()

  constructor(options: FailureLimitOptions) {
    this.#options = options
  }

  /** `rate-limited` while the peer has failed too often. */
  assertOpen(peer: string): void {
    if (peer === '' || this.#peers.size === 0) return
    const { failuresMax, failureSeconds } = this.#options
    const failures = this.#failures(peerGroup(peer))
    // There must be room for a whole one more: a full bucket that has emptied for a moment has none.
    if (failures <= failuresMax - 1) return
    const retryAfterSeconds = Math.max(1, Math.ceil((failures - failuresMax + 1) * failureSeconds))
    throw new KeeperError(
      'rate-limited',
      `too many failed attempts; try again in ${retryAfterSeconds} s`,
      { details: { retryAfterSeconds } },
    )
  }

  /** Calls from inside the process, and over sockets with no address, are not counted. */
  count(peer: string): void {
    if (peer === '') return
    const group = peerGroup(peer)
    // One above the limit is as closed as many: a peer that stops is let in again in bounded time.
    const failures = Math.min(this.#failures(group) + 1, this.#options.failuresMax)
    this.#peers.delete(group)
    this.#peers.set(group, { failures, at: this.#options.clock.now() })
    if (this.#peers.size <= this.#options.peersMax) return
    const [oldest] = this.#peers.keys()
    if (oldest !== undefined) this.#peers.delete(oldest)
  }

  /** Takes one back that was counted before it was known to be none. */
  forgive(peer: string): void {
    const known = this.#peers.get(peerGroup(peer))
    if (known !== undefined) known.failures = Math.max(0, known.failures - 1)
  }

  #failures(group: string): number {
    const known = this.#peers.get(group)
    if (known === undefined) return 0
    const elapsedSeconds = Math.max(0, this.#options.clock.now() - known.at) / 1_000
    return Math.max(0, known.failures - elapsedSeconds / this.#options.failureSeconds)
  }
}
