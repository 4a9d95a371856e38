import { KeeperError } from '../error.ts'
import type { Key, UsageLimits } from './key.ts'
import { type Mechanism, mechanismFacts } from './mechanism.ts'

/** What a version has protected so far. */
export interface UsageCount {
  readonly invocations: number
  readonly bytes: number
}

const known = new WeakMap<Key, Map<Mechanism, UsageLimits | undefined>>()

/**
 * What a version of this key may protect under this mechanism; undefined when nothing bounds it. The
 * mechanism's bound is a matter of safety (SP 800-38D §8.3): the key's own limits and the policy's lower
 * it, and never raise it. Remembered for each key value, so the hot path only looks it up.
 */
export function limitsOf(
  key: Key,
  mechanism: Mechanism,
  policy?: UsageLimits,
): UsageLimits | undefined {
  if (policy !== undefined) return resolveLimits(mechanismFacts(mechanism), key.limits, policy)
  let byMechanism = known.get(key)
  if (byMechanism === undefined) known.set(key, (byMechanism = new Map()))
  if (byMechanism.has(mechanism)) return byMechanism.get(mechanism)
  const limits = resolveLimits(mechanismFacts(mechanism), key.limits)
  byMechanism.set(mechanism, limits)
  return limits
}

/** The lowest of each limit; undefined when there is none at all. */
export function resolveLimits(...sources: readonly UsageLimits[]): UsageLimits | undefined {
  let invocationsMax: number | undefined
  let bytesMax: number | undefined
  for (const source of sources) {
    invocationsMax = lower(invocationsMax, source.invocationsMax)
    bytesMax = lower(bytesMax, source.bytesMax)
  }
  if (invocationsMax === undefined && bytesMax === undefined) return undefined
  return {
    ...(invocationsMax !== undefined && { invocationsMax }),
    ...(bytesMax !== undefined && { bytesMax }),
  }
}

function lower(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined) return other
  return other === undefined ? one : Math.min(one, other)
}

/** Whether one more protecting use of `bytes` fits; throws `limit-reached`. `used` is without it. */
export function assertWithinLimits(limits: UsageLimits, used: UsageCount, bytes: number): void {
  const { invocationsMax, bytesMax } = limits
  if (invocationsMax !== undefined && used.invocations >= invocationsMax) {
    throw limitReached('invocations', invocationsMax)
  }
  if (bytesMax !== undefined && used.bytes + bytes > bytesMax) throw limitReached('bytes', bytesMax)
}

function limitReached(what: 'invocations' | 'bytes', limit: number): KeeperError {
  return new KeeperError(
    'limit-reached',
    `this version may protect no more than ${limit} ${what}; rotate the key`,
    { details: { what, limit } },
  )
}
