import { KeeperError } from '../../error.ts'
import type { ManagementOperation } from '../management-operation.ts'

export interface EntryReceiptInput {
  readonly index: number
}

/** A proof, verifiable without the keeper, that an entry is in the log. */
export const entryReceipt: ManagementOperation<
  'log',
  EntryReceiptInput,
  { readonly receipt: string }
> = {
  action: 'audit.receipt',
  target: ({ index }) => ({ kind: 'log', ref: String(index) }),
  run: async ({ ports }, { index }) => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= ports.log.size) {
      throw new KeeperError('not-found', `the log has no entry ${index}`)
    }
    return { output: { receipt: await ports.reader.receipt(index) } }
  },
}
