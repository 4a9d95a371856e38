import type { ManagementOperation } from '../management-operation.ts'
import type { KeyRef } from '../key-cache.ts'
import { describeKey, type DescribedKey, leading } from './described-key.ts'

export interface GetKeyInput {
  readonly key: KeyRef
}

/** A key's metadata and that of the version that stands for it; never material. */
export const getKey: ManagementOperation<'key', GetKeyInput, DescribedKey> = {
  action: 'key.get',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope) => {
    const { key, stored } = scope.subject
    return { output: describeKey(key, stored.revision, (await leading(scope)).value, scope.now) }
  },
}
