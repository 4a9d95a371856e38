import type { Instant } from '../clock.ts'

/** A key that the keeper rotates by itself, so that no version protects longer than wanted. */
export interface RotationSchedule {
  readonly periodDays: number
  readonly nextAt: Instant
}
