import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { PrincipalId } from '../id.ts'
import { assertCompromise } from './compromise.ts'
import { periodMs } from './cryptoperiod.ts'
import {
  type Change,
  enter,
  type Halves,
  halvesOf,
  livingState,
  notBeforeHistory,
} from './enter-state.ts'
import type { NewMaterial } from '../custody/custody.ts'
import { expireMaterial, materialExpiry } from './imported-material.ts'
import type { Key, KeyVersion, VersionCause } from './key.ts'
import { KEY_TYPE_FACTS, type KeyType, publicKeyTypeOf } from './key-type.ts'
import { specFacts } from './spec.ts'
import { type KeyState, mayMove, TRANSITIONS } from './state.ts'

/**
 * The life of a key version: SP 800-57 pt1 §7, transitions 1 to 15. Pure: a change is a new record, and
 * what the store holds is what `move` and `settle` returned.
 */
export interface NewVersion extends NewMaterial {
  readonly key: Key
  readonly version: number
  readonly cause?: VersionCause
  readonly materialUntil?: Instant
  readonly generation?: number
  /** When it becomes active by itself; absent to wait for a call. */
  readonly activateAt?: Instant
  readonly at: Instant
  readonly by: PrincipalId
  readonly reason: string
}

/** §7.1 T1: every version begins pre-active, both halves of a pair together. */
export function createVersion(fresh: NewVersion): KeyVersion {
  const { key, version, activateAt, at, by, reason } = fresh
  const { material, publicKey, checkValue, materialId, materialUntil, cause } = fresh
  return {
    key: key.id,
    tenant: key.tenant,
    version,
    state: 'pre-active',
    ...(specFacts(key.spec).form === 'pair' && { publicState: 'pre-active' as const }),
    generation: fresh.generation ?? 1,
    ...(material !== undefined && { material }),
    ...(materialUntil !== undefined && { materialUntil }),
    ...(publicKey !== undefined && { publicKey }),
    checkValue,
    ...(materialId !== undefined && { materialId }),
    ...(cause !== undefined && { cause }),
    createdAt: at,
    ...(activateAt !== undefined && { activateAt }),
    history: [{ at, from: 'none', to: 'pre-active', by, reason }],
  }
}

/** The state that an uncompromised half of this type ends in when its originator-usage period does. */
function endState(keyType: KeyType): 'deactivated' | 'destroyed' {
  return KEY_TYPE_FACTS[keyType].endOfProtection === 'destroy' ? 'destroyed' : 'deactivated'
}

/** The state of the whole that keeps the longer-lived half: what a call asks for to end protection. */
function endOfProtection(keyType: KeyType): Halves {
  const state = endState(keyType)
  return { state, publicState: endState(publicKeyTypeOf(keyType) ?? keyType) }
}

/** Where each half goes when a version is told to move to a state. */
function targetOf(key: Key, version: KeyVersion, to: KeyState): Halves {
  const { state, publicState } = halvesOf(version)
  if (to === 'deactivated') {
    // T5 with T8: a private signature or authentication key has nothing left to do once it no longer
    // protects, so it is destroyed and its public half is deactivated.
    const end = endOfProtection(key.keyType)
    return end.publicState === 'deactivated' ? end : { state: to, publicState: to }
  }
  // What is destroyed stays so: only the half that still lives moves on.
  if (state === 'destroyed' && publicState !== 'destroyed') return { state, publicState: to }
  return { state: to, publicState: to }
}

/**
 * The states that a call may move this version to now, dates not considered. Symmetric keys whose type
 * ends in destruction may still be deactivated by hand (figure 5): only the date destroys them unasked.
 */
export function permittedMoves(version: KeyVersion): readonly KeyState[] {
  const { state, publicState } = halvesOf(version)
  return TRANSITIONS[state === 'destroyed' ? publicState : state]
}

/**
 * Moves a version, and both halves of a pair, to another state. What the dates brought about before
 * `change.at` is settled first, so that no late call goes round a period. Throws `wrong-state` for a
 * forbidden edge, `period-over` for a resumption after the end of the originator-usage period.
 */
export function move(key: Key, version: KeyVersion, to: KeyState, change: Change): KeyVersion {
  const settled = settle(key, version, change.at)
  const from = livingState(settled)
  if (!mayMove(from, to)) throw forbidden(key, settled, from, to)
  if (from === 'suspended' && to === 'active') assertWithinPeriod(settled, change.at)
  if (to === 'compromised') assertCompromise(change.compromise, change.at)
  else if (change.compromise !== undefined) {
    throw new KeeperError('invalid-input', 'only a move to `compromised` carries a compromise')
  }
  return enter(key, settled, targetOf(key, settled, to), change)
}

function forbidden(key: Key, version: KeyVersion, from: KeyState, to: KeyState): KeeperError {
  const permitted = permittedMoves(version)
  const next = permitted.length === 0 ? 'nothing' : permitted.join(', ')
  const message =
    from === to
      ? `version ${version.version} of key \`${key.name}\` is ${from} already; from there it may become ${next}`
      : `version ${version.version} of key \`${key.name}\` is ${from} and cannot become ${to}; it may become ${next}`
  return new KeeperError('wrong-state', message, { details: { from, to, permitted } })
}

/** §7.3 T10: a suspension is lifted before the end of the originator-usage period or not at all. */
function assertWithinPeriod(version: KeyVersion, at: Instant): void {
  if (version.protectUntil === undefined || at < version.protectUntil) return
  throw new KeeperError(
    'period-over',
    `version ${version.version} may no longer protect; deactivate it instead of resuming it`,
    { details: { state: version.state, protectUntil: version.protectUntil } },
  )
}

/** Where lifting a suspension takes a version: back to use, or past it (§7.3 T10, T12). */
export function resumedState(version: KeyVersion, at: Instant): 'active' | 'deactivated' {
  const over = version.protectUntil !== undefined && at >= version.protectUntil
  return over ? 'deactivated' : 'active'
}

/**
 * A compromise learnt of when nothing is left to move: rev 5 has no "destroyed compromised" state, the
 * event is kept with the metadata of the destroyed key (§7.6). A half that still lives moves instead.
 */
export function recordCompromise(key: Key, version: KeyVersion, change: Change): KeyVersion {
  const settled = settle(key, version, change.at)
  if (livingState(settled) !== 'destroyed') return move(key, settled, 'compromised', change)
  if (settled.compromise !== undefined) {
    throw new KeeperError(
      'wrong-state',
      `a compromise of version ${version.version} of key \`${key.name}\` is recorded already`,
      { details: { from: 'destroyed', to: 'compromised', permitted: [] } },
    )
  }
  return { ...settled, compromise: assertCompromise(change.compromise, change.at) }
}

/** Who brings about what a date does, when no other name is given. */
export const SCHEDULE = 'internal:schedule' as PrincipalId

interface DueTransition {
  readonly at: Instant
  readonly to: Halves
  readonly reason: string
}

const ACTIVE: Halves = { state: 'active', publicState: 'active' }
const DESTROYED: Halves = { state: 'destroyed', publicState: 'destroyed' }

/**
 * The next transition that a date alone brings about. A suspended version waits for a decision instead:
 * T9 and T12 ask that no compromise was found, which no clock can know. A scheduled destruction is such a
 * decision and happens in every state.
 */
function nextDue(key: Key, version: KeyVersion): DueTransition | undefined {
  if (livingState(version) === 'destroyed') return undefined
  const own = ownDue(key, version)
  const { destroyAt } = key
  if (destroyAt !== undefined && (own === undefined || destroyAt <= own.at)) {
    return { at: destroyAt, to: DESTROYED, reason: 'destruction fell due' }
  }
  return own
}

function ownDue(key: Key, version: KeyVersion): DueTransition | undefined {
  if (version.state === 'pre-active' && version.activateAt !== undefined) {
    return { at: version.activateAt, to: ACTIVE, reason: 'activation date reached' }
  }
  if (version.state === 'active' && version.protectUntil !== undefined) {
    const to = endOfProtection(key.keyType)
    return { at: version.protectUntil, to, reason: 'originator-usage period ended' }
  }
  return undefined
}

/** When a date next changes this version by itself; undefined when only a call does. */
export function dueAt(key: Key, version: KeyVersion): Instant | undefined {
  const transition = nextDue(key, version)?.at
  const expiry = materialExpiry(version)
  if (transition === undefined || expiry === undefined) return transition ?? expiry
  return Math.min(transition, expiry)
}

/**
 * Applies every transition due at or before `at`, each with the date it was due, and drops material that
 * has expired by then; the same object if there is nothing to do.
 */
export function settle(
  key: Key,
  version: KeyVersion,
  at: Instant,
  by: PrincipalId = SCHEDULE,
): KeyVersion {
  let settled = version
  for (;;) {
    const due = nextDue(key, settled)
    if (due === undefined || due.at > at) return expireMaterial(settled, at)
    settled = enter(key, settled, due.to, { at: due.at, by, reason: due.reason })
  }
}

/** When destruction becomes due because the recipient-usage period ends (§5.3.5); never automatic. */
export function destroyDueAt(version: KeyVersion): Instant | undefined {
  return livingState(version) === 'destroyed' ? undefined : version.processUntil
}

/** Whether the recipient-usage period is over and something is left to destroy. */
export function isDestroyDue(version: KeyVersion, at: Instant): boolean {
  const due = destroyDueAt(version)
  return due !== undefined && at >= due
}

/**
 * The state of one half that counts at `at`, what the dates brought about included, stored or not yet.
 * On the hot path: allocates nothing. Agrees with `settle` (a property test holds them together).
 */
export function effectiveHalfState(
  key: Key,
  version: KeyVersion,
  half: 'private' | 'public',
  at: Instant,
): KeyState {
  const state = datedState(key, version, half, at)
  // A suspension of the whole key lies over its versions without moving them, and refuses more than the
  // states it covers: those that permit less already stay what they are.
  if (key.suspension === undefined) return state
  return state === 'active' || state === 'deactivated' ? 'suspended' : state
}

/** As `effectiveHalfState`, of the secret or private half: what a key's state is taken to be. */
export function effectiveState(key: Key, version: KeyVersion, at: Instant): KeyState {
  return effectiveHalfState(key, version, 'private', at)
}

function datedState(
  key: Key,
  version: KeyVersion,
  half: 'private' | 'public',
  at: Instant,
): KeyState {
  const stored = half === 'public' ? (version.publicState ?? version.state) : version.state
  if (key.destroyAt !== undefined && at >= key.destroyAt) return 'destroyed'
  let until = version.protectUntil
  if (stored === 'pre-active') {
    if (version.activateAt === undefined || at < version.activateAt) return stored
    until = notBeforeHistory(version, version.activateAt) + periodMs(key.cryptoperiod.protectDays)
  } else if (stored !== 'active') return stored
  if (until === undefined || at < until) return 'active'
  return endState(half === 'public' ? (publicKeyTypeOf(key.keyType) ?? key.keyType) : key.keyType)
}
