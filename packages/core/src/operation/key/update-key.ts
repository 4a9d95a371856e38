import { KeeperError } from '../../error.ts'
import {
  parseDescription,
  parseLabels,
  parseMechanisms,
  parseOwner,
  parseUsageLimits,
} from '../../key/attributes.ts'
import type { Key, UsageLimits } from '../../key/key.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { changeKey, type DescribedKey } from './described-key.ts'

export interface UpdateKeyInput {
  readonly key: KeyRef
  readonly description?: string
  readonly owner?: string
  /** Replaces all labels. */
  readonly labels?: Readonly<Record<string, string>>
  /** Replaces the list; naming a legacy mechanism allows it. */
  readonly mechanisms?: readonly string[]
  readonly limits?: UsageLimits
  /** Exportability can be given up, never gained. */
  readonly exportable?: false
}

/** Changes what people say of a key and what it may do; its spec and purpose never change. */
export const updateKey: ManagementOperation<'key', UpdateKeyInput, DescribedKey> = {
  action: 'key.update',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: (scope, input) => {
    const { key } = scope.subject
    if ((input.exportable as boolean | undefined) === true && !key.exportable) {
      throw new KeeperError('invalid-input', 'a key that was made unexportable stays so')
    }
    const changed: Key = {
      ...key,
      ...(input.description !== undefined && { description: parseDescription(input.description) }),
      ...(input.owner !== undefined && { owner: parseOwner(input.owner) }),
      ...(input.labels !== undefined && { labels: parseLabels(input.labels) }),
      ...(input.mechanisms !== undefined && {
        mechanisms: parseMechanisms(input.mechanisms, key.spec, key.purpose),
      }),
      ...(input.limits !== undefined && { limits: parseUsageLimits(input.limits) }),
      ...(input.exportable === false && { exportable: false }),
    }
    const names = Object.keys(input).filter((name) => name !== 'key')
    return changeKey(scope, changed, [], { changed: names })
  },
}
