import { KeeperError } from '../../error.ts'
import type { Key } from '../../key/key.ts'
import type { KeyState } from '../../key/state.ts'
import type { ManagementOperation } from '../management-operation.ts'

export const LIST_MAX = 1_000

export interface ListKeysInput {
  /** Exact matches, all of which must hold: `state`, `spec`, `purpose`, `label:<name>`. */
  readonly filters: Readonly<Record<string, string>>
  readonly namePrefix?: string
  readonly after?: string
  readonly limit: number
  readonly descending?: boolean
}

export interface ListedKey {
  readonly key: Key
  readonly revision: number
  readonly state: KeyState
}

export interface ListKeysOutput {
  readonly keys: readonly ListedKey[]
  readonly next?: string
  /** Ids of keys whose rows do not authenticate. */
  readonly damaged: readonly string[]
}

/** One page of the tenant's keys, oldest first. */
export const listKeys: ManagementOperation<'tenant', ListKeysInput, ListKeysOutput> = {
  action: 'key.list',
  target: () => ({ kind: 'tenant', ref: 'keys' }),
  run: async ({ ports, tenant }, input) => {
    assertLimit(input.limit)
    const page = await ports.store.list('key', {
      tenant,
      facets: Object.entries(input.filters).map(([name, value]) => `${name}=${value}`),
      limit: input.limit,
      ...(input.namePrefix !== undefined && { namePrefix: input.namePrefix }),
      ...(input.after !== undefined && { after: input.after }),
      ...(input.descending !== undefined && { descending: input.descending }),
    })
    const keys = page.records.map(({ value, revision }) => ({
      key: value,
      revision,
      state: value.state,
    }))
    const { next, damaged } = page
    return {
      output: { keys, damaged, ...(next !== undefined && { next }) },
      details: { count: keys.length },
    }
  },
}

export function assertLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= LIST_MAX) return
  throw new KeeperError('invalid-input', `a page has 1 to ${LIST_MAX} records`)
}
