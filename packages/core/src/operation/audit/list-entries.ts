import type { EntryFilter, EntryPage } from '../../audit/reader.ts'
import { assertLimit } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'

export type ListEntriesInput = Omit<EntryFilter, 'tenant'>

/** The tenant's own entries, newest first. */
export const listEntries: ManagementOperation<'log', ListEntriesInput, EntryPage> = {
  action: 'audit.list',
  target: () => ({ kind: 'log', ref: 'entries' }),
  run: async ({ ports, tenant }, input) => {
    assertLimit(input.limit)
    return { output: await ports.reader.list({ ...input, tenant }) }
  },
}
