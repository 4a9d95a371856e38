import { moveObject } from '../../object/lifecycle.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeObject, type DescribedObject } from './described-object.ts'

export interface ApplyObjectScheduleInput {
  readonly object: string
}

/** Writes down what the dates have brought about; run by the scheduler. */
export const applyObjectSchedule: ManagementOperation<
  'object',
  ApplyObjectScheduleInput,
  DescribedObject
> = {
  action: 'object.apply-schedule',
  target: ({ object }) => ({ kind: 'object', ref: object }),
  run: (scope) => {
    const { now } = scope
    const by = scope.session.principal
    let object = scope.subject.value
    const { activateAt, deactivateAt, destroyAt } = object
    if (object.state === 'pre-active' && activateAt !== undefined && activateAt <= now) {
      object = moveObject(object, 'active', {
        at: activateAt,
        by,
        reason: 'activation date reached',
      })
    }
    if (object.state === 'active' && deactivateAt !== undefined && deactivateAt <= now) {
      object = moveObject(object, 'deactivated', {
        at: deactivateAt,
        by,
        reason: 'deactivation date reached',
      })
    }
    if (destroyAt !== undefined && destroyAt <= now) {
      object = moveObject(object, 'destroyed', {
        at: destroyAt,
        by,
        reason: 'destruction fell due',
      })
    }
    return changeObject(scope, object, { state: object.state })
  },
}
