import { type AttachmentChange, assertAttachmentChange } from '../../attachment/attachment.ts'
import type { Instant } from '../../clock.ts'
import type { KeyId, TenantId } from '../../id.ts'
import type { Delete, Put } from '../../storage/store.ts'

export interface AttachmentWrite {
  readonly puts: readonly Put<'attachment'>[]
  readonly deletes: readonly Delete[]
}

/** The records of some changes, of one key's attachments or of the tenant's own. */
export function attachmentWrite(
  tenant: TenantId,
  key: KeyId | undefined,
  changes: readonly AttachmentChange[],
  at: Instant,
): AttachmentWrite {
  const puts: Put<'attachment'>[] = []
  const deletes: Delete[] = []
  for (const change of changes) {
    assertAttachmentChange(change)
    const { name, body, facets = [], expected } = change
    const record = { kind: 'attachment' as const, tenant, id: name, expected }
    if (body === undefined) deletes.push(record)
    else {
      const owner = key === undefined ? {} : { key }
      puts.push({ ...record, value: { tenant, name, ...owner, body, facets, updatedAt: at } })
    }
  }
  return { puts, deletes }
}
