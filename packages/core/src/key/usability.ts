import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { Key, KeyVersion } from './key.ts'
import { awaitingMaterial, lacksMaterial } from './imported-material.ts'
import { effectiveHalfState } from './lifecycle.ts'
import { DIRECTION, HALF, PURPOSE_USAGES, type Usage } from './purpose.ts'
import { type KeyState, STATE_PERMISSIONS } from './state.ts'

/**
 * Whether a version may be used so, now: one key, one purpose (SP 800-57 pt1 §5.2), the state of the half
 * that the usage needs (§7), and the two periods (§5.3.5). Allocates nothing when it may.
 *
 * Throws `wrong-usage`, `wrong-state` (also while material made elsewhere is awaited), `period-over`, or `risk-not-acknowledged` where only a caller who
 * accepts the risk may process. Whether the data was protected before a suspension or a compromise is
 * evidence that only the caller has.
 */
export function assertUsable(
  key: Key,
  version: KeyVersion,
  usage: Usage,
  at: Instant,
  acknowledgeRisk: boolean,
): void {
  if (!PURPOSE_USAGES[key.purpose].includes(usage)) throw wrongUsage(key, usage)
  const half = version.publicState === undefined ? 'private' : HALF[usage]
  const state = effectiveHalfState(key, version, half, at)
  const direction = DIRECTION[usage]
  // Both halves: what a pair is without its private one is not known before that is brought.
  if (lacksMaterial(version, at) && state !== 'destroyed') throw awaitingMaterial(key, version)
  const permission = STATE_PERMISSIONS[state][direction]
  if (permission === 'no') throw refused(key, version, usage, state, at)
  if (half === 'private' && version.material === undefined) throw noPrivateHalf(key, version, usage)
  if (acknowledgeRisk) return
  if (permission === 'risk') throw riskNotAcknowledged(key, version, usage, state)
  // §5.3.5: the recipient-usage period bounds processing. Data is never lost to a date alone: who
  // acknowledges the risk may still read it.
  if (direction === 'process' && version.processUntil !== undefined && at >= version.processUntil) {
    throw processingOver(key, version, version.processUntil, state)
  }
}

function nameOf(key: Key, version: KeyVersion): string {
  return `version ${version.version} of key \`${key.name}\``
}

function wrongUsage(key: Key, usage: Usage): KeeperError {
  const permitted = PURPOSE_USAGES[key.purpose]
  return new KeeperError(
    'wrong-usage',
    `key \`${key.name}\` has purpose ${key.purpose} and cannot ${usage}; use it to ${permitted.join(', ')}`,
    { details: { usage, purpose: key.purpose, permitted } },
  )
}

function noPrivateHalf(key: Key, version: KeyVersion, usage: Usage): KeeperError {
  return new KeeperError(
    'wrong-usage',
    `${nameOf(key, version)} holds a public half only and cannot ${usage}`,
    { details: { usage, version: version.version } },
  )
}

/** What to do about a state that permits nothing of the kind. */
const ADVICE: Readonly<Record<KeyState, string>> = {
  'pre-active': 'activate it first',
  active: 'use it as its type allows',
  suspended: 'resume it, or use another version',
  deactivated: 'rotate the key and use its current version',
  compromised: 'rotate the key and use its current version',
  destroyed: 'it cannot be brought back',
}

function refused(
  key: Key,
  version: KeyVersion,
  usage: Usage,
  state: KeyState,
  at: Instant,
): KeeperError {
  const { protectUntil, destroyedAt } = version
  // Destroyed by the end of its period (T5), not by a call: the caller should hear of the period.
  const byDate = state === 'destroyed' && (destroyedAt ?? protectUntil) === protectUntil
  if (protectUntil !== undefined && at >= protectUntil && (byDate || state === 'deactivated')) {
    return new KeeperError(
      'period-over',
      `${nameOf(key, version)} may no longer protect; ${ADVICE.deactivated}`,
      { details: { state, usage, version: version.version, protectUntil } },
    )
  }
  return new KeeperError(
    'wrong-state',
    `${nameOf(key, version)} is ${state} and cannot ${usage}; ${ADVICE[state]}`,
    { details: { state, usage, version: version.version } },
  )
}

function riskNotAcknowledged(
  key: Key,
  version: KeyVersion,
  usage: Usage,
  state: KeyState,
): KeeperError {
  const known = version.compromise ?? key.suspension
  const since =
    known === undefined ? undefined : 'occurredAt' in known ? known.occurredAt : known.at
  return new KeeperError(
    'risk-not-acknowledged',
    `${nameOf(key, version)} is ${state}; acknowledge the risk to ${usage} what was protected before that`,
    {
      details: {
        state,
        usage,
        version: version.version,
        ...(since !== undefined && { since }),
      },
    },
  )
}

function processingOver(
  key: Key,
  version: KeyVersion,
  processUntil: Instant,
  state: KeyState,
): KeeperError {
  return new KeeperError(
    'period-over',
    `the recipient-usage period of ${nameOf(key, version)} is over; acknowledge the risk, then re-protect the data`,
    { details: { state, version: version.version, processUntil } },
  )
}
