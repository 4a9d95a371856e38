import type { Instant } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import type { Session } from '../../principal/principal.ts'

interface Flow {
  requests: number
  refused: number
  /** Requests that may come at once; a second fills it. */
  tokens: number
  at: Instant
  /** When a refusal was last let into the log. */
  toldAt: Instant
}

/** How often refusals of too many requests are written down: a flood must not fill the log. */
const TOLD_MS = 1_000

/** Counts tenants' requests, and refuses those beyond what a tenant may make in a second. */
export class Traffic {
  readonly #flows = new Map<TenantId, Flow>()
  readonly #untold = new WeakSet<object>()

  /** `rate-limited` with `retryAfterSeconds` for more requests than the session's tenant may make. */
  admit({ tenant, authentication, requestsPerSecondMax }: Session, now: Instant): void {
    if (authentication === 'internal' || authentication === 'anonymous') return
    const flow = this.#flow(tenant)
    flow.requests++
    if (requestsPerSecondMax === undefined) return
    const elapsedSeconds = Math.max(0, now - flow.at) / 1_000
    flow.at = now
    const filled = flow.tokens + elapsedSeconds * requestsPerSecondMax
    flow.tokens = Math.min(requestsPerSecondMax, filled)
    if (flow.tokens >= 1) {
      flow.tokens--
      return
    }
    flow.refused++
    throw this.#refusal(flow, requestsPerSecondMax, now)
  }

  /** Whether a refusal is one of many and is not to be written down. */
  isUntold(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#untold.has(error)
  }

  /** Since the keeper started. */
  figures(tenant: TenantId): { readonly requests: number; readonly refused: number } {
    const { requests = 0, refused = 0 } = this.#flows.get(tenant) ?? {}
    return { requests, refused }
  }

  #flow(tenant: TenantId): Flow {
    let flow = this.#flows.get(tenant)
    if (flow === undefined) {
      flow = { requests: 0, refused: 0, tokens: Infinity, at: 0, toldAt: -Infinity }
      this.#flows.set(tenant, flow)
    }
    return flow
  }

  #refusal(flow: Flow, limit: number, now: Instant): KeeperError {
    const details = { quota: 'requestsPerSecond', limit, retryAfterSeconds: 1 }
    const error = new KeeperError(
      'rate-limited',
      `the tenant may make ${limit} requests a second; wait a moment`,
      { details },
    )
    if (Math.abs(now - flow.toldAt) < TOLD_MS) this.#untold.add(error)
    else flow.toldAt = now
    return error
  }
}
