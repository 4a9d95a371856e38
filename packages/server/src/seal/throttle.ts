import { type Clock, KeeperError } from '@claviger/core'

const FREE_FAILURES = 5
const DELAY_SECONDS_MAX = 300

/**
 * Slows guessing down: after five failures each further one doubles the wait, up to five minutes. Held in
 * memory: a restart forgets it, and a guess then still costs the derivation.
 */
export class Throttle {
  readonly #clock: Clock
  #failures = 0
  #notBefore = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Throws `rate-limited` with `retryAfterSeconds`. */
  assertOpen(): void {
    const waitMs = this.#notBefore - this.#clock.now()
    if (waitMs <= 0) return
    const retryAfterSeconds = Math.ceil(waitMs / 1000)
    throw new KeeperError(
      'rate-limited',
      `too many wrong attempts; wait ${retryAfterSeconds} seconds`,
      { details: { retryAfterSeconds } },
    )
  }

  fail(): void {
    this.#failures++
    if (this.#failures < FREE_FAILURES) return
    const delaySeconds = Math.min(2 ** (this.#failures - FREE_FAILURES), DELAY_SECONDS_MAX)
    this.#notBefore = this.#clock.now() + delaySeconds * 1000
  }

  succeed(): void {
    this.#failures = 0
    this.#notBefore = 0
  }
}
