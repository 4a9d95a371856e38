import { type Clock, type Instant, KeeperError, peerGroup } from '@claviger/core'

const FREE_FAILURES = 5
const DELAY_SECONDS_MAX = 300
const PEERS_MAX = 10_000

interface Guesses {
  failures: number
  notBefore: Instant
}

/**
 * Slows guessing down: after five failures each further one doubles the wait, up to five minutes. Each peer
 * waits for its own failures alone, so that a stranger cannot keep the operator out; what all of them
 * together can try is bounded by the derivation, of which one runs at a time. Held in memory: a restart
 * forgets it, and a guess then still costs the derivation.
 */
export class Throttle {
  readonly #clock: Clock
  readonly #peers = new Map<string, Guesses>()
  readonly #peersMax: number

  /** @param peersMax how many are remembered; whose latest failure is longest ago leaves first */
  constructor(clock: Clock, peersMax = PEERS_MAX) {
    this.#clock = clock
    this.#peersMax = peersMax
  }

  /** Throws `rate-limited` with `retryAfterSeconds`. */
  assertOpen(peer: string): void {
    const waitMs = (this.#peers.get(peerGroup(peer))?.notBefore ?? 0) - this.#clock.now()
    if (waitMs <= 0) return
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    throw new KeeperError(
      'rate-limited',
      `too many wrong attempts; wait ${retryAfterSeconds} seconds`,
      { details: { retryAfterSeconds } },
    )
  }

  fail(peer: string): void {
    const group = peerGroup(peer)
    const failures = (this.#peers.get(group)?.failures ?? 0) + 1
    const delaySeconds =
      failures < FREE_FAILURES ? 0 : Math.min(2 ** (failures - FREE_FAILURES), DELAY_SECONDS_MAX)
    this.#peers.delete(group)
    this.#peers.set(group, { failures, notBefore: this.#clock.now() + delaySeconds * 1000 })
    if (this.#peers.size <= this.#peersMax) return
    const [oldest] = this.#peers.keys()
    if (oldest !== undefined) this.#peers.delete(oldest)
  }

  succeed(peer: string): void {
    this.#peers.delete(peerGroup(peer))
  }
}
