import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { PrincipalId } from '../id.ts'
import { type KeyState, mayMove, TRANSITIONS } from '../key/state.ts'
import type { ManagedObject } from './managed-object.ts'

/** Moves an object along the same table as keys (SP 800-57 pt1 §7); its content goes when it is destroyed. */
export function moveObject(
  object: ManagedObject,
  to: KeyState,
  change: { readonly at: Instant; readonly by: PrincipalId; readonly reason: string },
): ManagedObject {
  if (!mayMove(object.state, to)) {
    const permitted = TRANSITIONS[object.state]
    throw new KeeperError(
      'wrong-state',
      `object \`${object.name}\` is ${object.state} and cannot become ${to}`,
      { details: { from: object.state, to, permitted } },
    )
  }
  const { content, ...rest } = object
  return {
    ...rest,
    ...(content !== undefined && to !== 'destroyed' && { content }),
    state: to,
    updatedAt: change.at,
    history: [...object.history, { from: object.state, to, ...change }],
  }
}

/** The state that counts at `at`: dates applied, whether or not the scheduler has written them down. */
export function effectiveObjectState(object: ManagedObject, at: Instant): KeyState {
  if (object.destroyAt !== undefined && at >= object.destroyAt) return 'destroyed'
  let { state } = object
  if (state === 'pre-active' && object.activateAt !== undefined && at >= object.activateAt)
    state = 'active'
  if (state === 'active' && object.deactivateAt !== undefined && at >= object.deactivateAt)
    return 'deactivated'
  return state
}
