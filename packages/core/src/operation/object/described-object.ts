import type { ManagedObject } from '../../object/managed-object.ts'
import { effectiveObjectState } from '../../object/lifecycle.ts'
import type { KeyState } from '../../key/state.ts'
import type { Change, ManagementScope } from '../management-operation.ts'

/** An object as callers may see it: everything but the content. */
export interface DescribedObject {
  readonly object: Omit<ManagedObject, 'content'>
  readonly revision: number
  readonly state: KeyState
  readonly hasContent: boolean
}

export function describeObject(
  stored: ManagedObject,
  revision: number,
  now: number,
): DescribedObject {
  const { content, ...object } = stored
  return {
    object,
    revision,
    state: effectiveObjectState(stored, now),
    hasContent: content !== undefined,
  }
}

export function changeObject(
  scope: ManagementScope<'object'>,
  object: ManagedObject,
  details: Change<unknown>['details'] = {},
): Change<DescribedObject> {
  const { subject, tenant, now } = scope
  const value = { ...object, updatedAt: now }
  return {
    output: describeObject(value, subject.revision + 1, now),
    puts: [{ kind: 'object', tenant, id: subject.id, value, expected: subject.revision }],
    details,
  }
}
