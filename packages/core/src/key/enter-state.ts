import type { Instant } from '../clock.ts'
import type { PrincipalId } from '../id.ts'
import { periodMs } from './cryptoperiod.ts'
import type { Compromise, Key, KeyVersion, Transition } from './key.ts'
import type { KeyState } from './state.ts'

export interface Change {
  readonly at: Instant
  readonly by: PrincipalId
  readonly reason: string
  /** Needed for `compromised`, refused for every other state. */
  readonly compromise?: Compromise
}

/** The states of both halves; for a symmetric key they are one. */
export interface Halves {
  readonly state: KeyState
  readonly publicState: KeyState
}

export function halvesOf(version: KeyVersion): Halves {
  return { state: version.state, publicState: version.publicState ?? version.state }
}

/** The state that decides what may come next: that of the half which still lives. */
export function livingState(version: KeyVersion): KeyState {
  return version.state === 'destroyed' ? (version.publicState ?? 'destroyed') : version.state
}

/** Applies a permitted change: states, dates, history, and the material of what is destroyed. */
export function enter(key: Key, version: KeyVersion, to: Halves, change: Change): KeyVersion {
  const at = notBeforeHistory(version, change.at)
  const { material, materialUntil, ...rest } = version
  // What is destroyed has no material, and waits for none.
  const lives = to.state !== 'destroyed'
  return {
    ...rest,
    ...(lives && material !== undefined && { material }),
    ...(lives && materialUntil !== undefined && { materialUntil }),
    state: to.state,
    ...(version.publicState !== undefined && { publicState: to.publicState }),
    ...datesOf(key, version, to, at),
    ...(change.compromise !== undefined && { compromise: change.compromise }),
    history: [...version.history, ...transitionsOf(version, to, { ...change, at })],
  }
}

/** A clock set back does not reorder a history: the record keeps the later of the two instants. */
export function notBeforeHistory(version: KeyVersion, at: Instant): Instant {
  const last = version.history.at(-1)?.at ?? version.createdAt
  return Math.max(last, at)
}

type Dates = Pick<
  KeyVersion,
  'activatedAt' | 'protectUntil' | 'processUntil' | 'deactivatedAt' | 'destroyedAt'
>

function datesOf(key: Key, version: KeyVersion, to: Halves, at: Instant): Dates {
  const entered = (state: KeyState): boolean =>
    (to.state === state && version.state !== state) ||
    (version.publicState !== undefined && to.publicState === state && version.publicState !== state)
  return {
    ...(entered('active') && version.activatedAt === undefined && activationDates(key, at)),
    ...(entered('deactivated') && version.deactivatedAt === undefined && { deactivatedAt: at }),
    // The material is what destruction is about: the public half may follow later, the date stays.
    ...(entered('destroyed') && version.destroyedAt === undefined && { destroyedAt: at }),
  }
}

export function activationDates(key: Key, at: Instant): Dates {
  const { protectDays, processDays } = key.cryptoperiod
  return {
    activatedAt: at,
    ...(protectDays !== 'unlimited' && { protectUntil: at + periodMs(protectDays) }),
    ...(processDays !== 'unlimited' &&
      processDays > 0 && { processUntil: at + periodMs(processDays) }),
  }
}

function transitionsOf(version: KeyVersion, to: Halves, change: Change): readonly Transition[] {
  const { at, by, reason } = change
  const from = halvesOf(version)
  const one = (half: 'private' | 'public', before: KeyState, after: KeyState): Transition[] =>
    before === after ? [] : [{ at, from: before, to: after, half, by, reason }]
  if (
    version.publicState === undefined ||
    (from.state === from.publicState && to.state === to.publicState)
  ) {
    return [{ at, from: from.state, to: to.state, by, reason }]
  }
  return [
    ...one('private', from.state, to.state),
    ...one('public', from.publicState, to.publicState),
  ]
}
