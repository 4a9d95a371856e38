import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import {
  describeKey,
  type DescribedKey,
  leading,
  type VersionMetadata,
  versionMetadata,
} from './described-key.ts'

export interface KeyHistoryInput {
  readonly key: KeyRef
}

export interface KeyHistory extends DescribedKey {
  /** Every version with its transitions, oldest first. */
  readonly versions: readonly VersionMetadata[]
}

/** The whole life of a key: each version's dates, states and reasons (SP 800-57 pt1 §6.2.3). */
export const keyHistory: ManagementOperation<'key', KeyHistoryInput, KeyHistory> = {
  action: 'key.history',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope) => {
    const { key, stored } = scope.subject
    const all = await scope.keys.allVersions(scope.subject)
    const versions = all.map(({ value }) => versionMetadata(key, value, scope.now))
    const described = describeKey(key, stored.revision, (await leading(scope)).value, scope.now)
    return { output: { ...described, versions } }
  },
}
