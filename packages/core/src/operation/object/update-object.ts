import { parseDescription, parseLabels, parseOwner } from '../../key/attributes.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeObject, type DescribedObject } from './described-object.ts'

export interface UpdateObjectInput {
  readonly object: string
  readonly description?: string
  readonly owner?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** Changes what people say of an object; its content never changes. */
export const updateObject: ManagementOperation<'object', UpdateObjectInput, DescribedObject> = {
  action: 'object.update',
  target: ({ object }) => ({ kind: 'object', ref: object }),
  run: (scope, input) =>
    changeObject(
      scope,
      {
        ...scope.subject.value,
        ...(input.description !== undefined && {
          description: parseDescription(input.description),
        }),
        ...(input.owner !== undefined && { owner: parseOwner(input.owner) }),
        ...(input.labels !== undefined && { labels: parseLabels(input.labels) }),
      },
      { changed: Object.keys(input).filter((name) => name !== 'object') },
    ),
}
