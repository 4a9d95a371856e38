import { KeeperError } from '../../error.ts'
import type { KeyState } from '../../key/state.ts'
import { moveObject } from '../../object/lifecycle.ts'
import type { Action } from '../../policy/action.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeObject, type DescribedObject } from './described-object.ts'

export interface MoveObjectInput {
  readonly object: string
  readonly reason?: string
}

export interface RevokeObjectInput extends MoveObjectInput {
  /** When the compromise happened, if known; the report is dated now. */
  readonly occurredAt?: number
}

/** The transitions of an object differ in nothing but where they lead and what they are called. */
function transition(
  action: Action,
  to: KeyState,
  from?: KeyState,
): ManagementOperation<'object', MoveObjectInput, DescribedObject> {
  return {
    action,
    target: ({ object }) => ({ kind: 'object', ref: object }),
    run: (scope, input) => {
      const { name, state } = scope.subject.value
      // Two actions lead to `active`: whoever may do one of them may not therefore do the other.
      if (from !== undefined && state !== from) {
        throw new KeeperError('wrong-state', `object \`${name}\` is ${state}, not ${from}`)
      }
      const reason = input.reason ?? to
      const change = { at: scope.now, by: scope.session.principal, reason }
      return changeObject(scope, moveObject(scope.subject.value, to, change), { reason })
    },
  }
}

export const activateObject = transition('object.activate', 'active', 'pre-active')
export const suspendObject = transition('object.suspend', 'suspended', 'active')
export const resumeObject = transition('object.resume', 'active', 'suspended')
export const deactivateObject = transition('object.deactivate', 'deactivated')
export const destroyObject = transition('object.destroy', 'destroyed')

/** Marks an object compromised, with both dates (SP 800-57 pt1 §5.5.2). */
export const revokeObject: ManagementOperation<'object', RevokeObjectInput, DescribedObject> = {
  action: 'object.revoke',
  target: ({ object }) => ({ kind: 'object', ref: object }),
  run: (scope, input) => {
    const { now: at } = scope
    const reason = input.reason ?? 'compromised'
    const compromise = { occurredAt: input.occurredAt ?? at, reportedAt: at, reason }
    if (compromise.occurredAt > at) {
      throw new KeeperError('invalid-input', 'a compromise cannot have occurred in the future')
    }
    const moved = moveObject(scope.subject.value, 'compromised', {
      at,
      by: scope.session.principal,
      reason,
    })
    return changeObject(scope, { ...moved, compromise }, { reason })
  },
}
