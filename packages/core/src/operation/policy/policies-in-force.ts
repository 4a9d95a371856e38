import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import type { PolicyDocument } from '../../storage/record.ts'
import type { Store } from '../../storage/store.ts'
import { LIST_MAX } from '../key/list-keys.ts'

/** Every policy of the tenant; `integrity` when one cannot be read, for it might have forbidden. */
export async function policiesInForce(
  store: Store,
  tenant: TenantId,
): Promise<readonly PolicyDocument[]> {
  const documents: PolicyDocument[] = []
  let after: string | undefined
  do {
    const page = { tenant, limit: LIST_MAX, ...(after !== undefined && { after }) }
    const { records, damaged, next } = await store.list('policy', page)
    if (damaged.length > 0) {
      throw new KeeperError('integrity', `policy records ${damaged.join(', ')} do not authenticate`)
    }
    documents.push(...records.map(({ value }) => value))
    after = next
  } while (after !== undefined)
  return documents
}
