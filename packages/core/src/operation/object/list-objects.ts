import { assertLimit, type ListKeysInput } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { describeObject, type DescribedObject } from './described-object.ts'

export type ListObjectsInput = ListKeysInput

export interface ListObjectsOutput {
  readonly objects: readonly DescribedObject[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** One page of the tenant's objects, oldest first. */
export const listObjects: ManagementOperation<'tenant', ListObjectsInput, ListObjectsOutput> = {
  action: 'object.list',
  target: () => ({ kind: 'tenant', ref: 'objects' }),
  run: async ({ ports, tenant, now }, input) => {
    assertLimit(input.limit)
    const { filters, ...query } = input
    const facets = Object.entries(filters).map(([name, value]) => `${name}=${value}`)
    const { records, next, damaged } = await ports.store.list('object', {
      tenant,
      facets,
      ...query,
    })
    const objects = records.map(({ value, revision }) => describeObject(value, revision, now))
    return {
      output: { objects, damaged, ...(next !== undefined && { next }) },
      details: { count: objects.length },
    }
  },
}
