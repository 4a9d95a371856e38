import { afterRotation, assertRotatesItself, rotationDueAt } from '../../key/rotation.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { describeKey, type DescribedKey, leading } from './described-key.ts'
import { rotated } from './rotate-key.ts'

export interface RotateWhenDueInput {
  readonly key: KeyRef
}

/**
 * Rotates a key whose date has come and moves the date on, both in one change: however often it is asked,
 * and whatever it is interrupted by, a date rotates a key once. Run by the scheduler.
 */
export const rotateWhenDue: ManagementOperation<'key', RotateWhenDueInput, DescribedKey> = {
  action: 'key.rotate',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const { key, stored } = scope.subject
    const due = rotationDueAt(key)
    if (key.rotation === undefined || due === undefined || due > scope.now) {
      const { value } = await leading(scope)
      return { output: describeKey(key, stored.revision, value, scope.now) }
    }
    assertRotatesItself(key)
    return rotated(scope, { ...input, reason: 'rotation fell due' }, 'scheduled', {
      ...key,
      rotation: afterRotation(key.rotation, scope.now),
    })
  },
}
