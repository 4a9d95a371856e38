/** The six states of SP 800-57 pt1 rev5 §7. */
export const KEY_STATES = [
  'pre-active',
  'active',
  'suspended',
  'deactivated',
  'compromised',
  'destroyed',
] as const
export type KeyState = (typeof KEY_STATES)[number]

/**
 * Every permitted transition (SP 800-57 pt1 §7.1–7.6, figure 5). What is not here is forbidden: nothing
 * leaves `destroyed`, nothing returns from `compromised` or from `deactivated` to use.
 */
export const TRANSITIONS: Readonly<Record<KeyState, readonly KeyState[]>> = {
  'pre-active': ['active', 'compromised', 'destroyed'],
  active: ['suspended', 'deactivated', 'compromised', 'destroyed'],
  suspended: ['active', 'deactivated', 'compromised', 'destroyed'],
  deactivated: ['compromised', 'destroyed'],
  compromised: ['destroyed'],
  destroyed: [],
}

export function mayMove(from: KeyState, to: KeyState): boolean {
  return TRANSITIONS[from].includes(to)
}

/** `risk`: only with the caller's explicit acknowledgement (SP 800-57 pt1 §7.3, §7.5). */
export type Permission = 'yes' | 'risk' | 'no'

export interface StatePermissions {
  readonly protect: Permission
  readonly process: Permission
}

/** What each state may protect and process (SP 800-57 pt1 §7.1–7.6). */
export const STATE_PERMISSIONS: Readonly<Record<KeyState, StatePermissions>> = {
  'pre-active': { protect: 'no', process: 'no' },
  active: { protect: 'yes', process: 'yes' },
  suspended: { protect: 'no', process: 'risk' },
  deactivated: { protect: 'no', process: 'yes' },
  compromised: { protect: 'no', process: 'risk' },
  destroyed: { protect: 'no', process: 'no' },
}
