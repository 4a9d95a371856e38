import { KeeperError } from '../error.ts'
import type { Action } from './action.ts'

const minted = new WeakSet<object>()

/** Proof that `execute` authorized an action; custody opens nothing without one. */
export interface Permit<A extends Action = Action> {
  readonly action: A
}

/**
 * INVARIANT: only `operation/execute.ts` imports this (the architecture test checks), so a permit means
 * that authorization, approval and state were settled.
 */
export function mintPermit<A extends Action>(action: A): Permit<A> {
  const permit = Object.freeze({ action })
  minted.add(permit)
  return permit
}

/** Checked at run time as well: types are erased, a forged object is not in the set. */
export function assertPermit(permit: Permit): void {
  if (!minted.has(permit)) throw new KeeperError('denied', 'no permit for this material')
}
