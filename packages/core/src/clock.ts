/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** The only source of time in the domain; tests inject a fixed one. */
export interface Clock {
  now(): Instant
}

export const DAY_MS = 86_400_000

export const systemClock: Clock = { now: () => Date.now() }
