import type { ManagementOperation } from '../management-operation.ts'
import { describeObject, type DescribedObject } from './described-object.ts'

export interface GetObjectInput {
  readonly object: string
}

/** An object's metadata; its content is `object.read`. */
export const getObject: ManagementOperation<'object', GetObjectInput, DescribedObject> = {
  action: 'object.get',
  target: ({ object }) => ({ kind: 'object', ref: object }),
  run: ({ subject, now }) => ({ output: describeObject(subject.value, subject.revision, now) }),
}
