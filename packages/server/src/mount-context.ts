import { encodeHex } from '@claviger/bytes'
import { randomBytes } from '@claviger/crypto'
import type { Composition } from './compose.ts'
import { describeError, type Logger } from './logging/logger.ts'
import { createMetrics, type Metrics } from './metrics/metrics.ts'

/** What every protocol is given alike. */
export interface MountContext {
  readonly metrics: Metrics
  /** Tells the operator of an internal error and returns the id that the caller is given. */
  readonly report: (error: unknown) => string
}

export function mountContext(
  composition: Composition,
  logger: Logger,
  more: () => Readonly<Record<string, number>> = () => ({}),
): MountContext {
  return {
    metrics: createMetrics(() => ({ ...composition.gauges(), ...more() })),
    report: (error) => {
      const incident = encodeHex(randomBytes(8))
      const stack = error instanceof Error ? (error.stack ?? '') : ''
      logger.error(`internal error: ${describeError(error)}`, {
        incident,
        at: stack.split('\n')[1]?.trim() ?? '',
      })
      return incident
    },
  }
}
