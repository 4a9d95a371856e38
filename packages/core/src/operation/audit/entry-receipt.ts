import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import { visibleTenants } from './list-entries.ts'
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
  run: async ({ ports, tenant }, { index }) => {
    if (!Number.isSafeInteger(index) || index < 0 || index >= ports.log.size) {
      throw new KeeperError('not-found', `the log has no entry ${index}`)
    }
    // A receipt carries its entry: nobody gets another tenant's by counting.
    const logged = await ports.reader.entry(index)
    const { tenant: owner } = JSON.parse(logged?.entry ?? '{}') as { tenant?: TenantId }
    if (owner === undefined || !visibleTenants(tenant).includes(owner)) {
      throw new KeeperError('not-found', `the log has no entry ${index} of yours`)
    }
    return { output: { receipt: await ports.reader.receipt(index) } }
  },
}
