import { KeeperError } from '../error.ts'
import type { Action } from './action.ts'

const minted = new WeakSet<object>()

/** Proof that `execute` authorized an action; custody opens nothing without one. */
export interface Permit<A extends Action = Action> {
  readonly action: A
}

const permits = new Map<Action, Permit>()

/**
 * INVARIANT: only `operation/execute.ts` and `operation/execute-data.ts` import this (the architecture test
 * checks), so a permit means that authorization was settled. It speaks of the action alone, so there is one
 * for each.
 */
export function mintPermit(action: Action): Permit {
  const known = permits.get(action)
  if (known !== undefined) return known
  const permit = Object.freeze({ action })
  minted.add(permit)
  permits.set(action, permit)
  return permit
}

/** Checked at run time as well: types are erased, a forged object is not in the set. */
export function assertPermit(permit: Permit): void {
  if (!minted.has(permit)) throw new KeeperError('denied', 'no permit for this material')
}
