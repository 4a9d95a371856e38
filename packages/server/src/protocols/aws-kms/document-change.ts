import { attachToKey, type AttachmentChange, type RequestContext } from '@claviger/core'
import type { AwsCall } from './call.ts'
import { documentOf, type KeyDocument, keyDocumentName } from './key-document.ts'
import type { AwsKey } from './key-reference.ts'

/** The record of a document; `region` lets a list find the keys of one. */
export function documentPut(
  id: AwsKey['id'],
  document: KeyDocument,
  expected: number,
): AttachmentChange {
  return {
    name: keyDocumentName(document.region, id),
    body: { ...document },
    facets: [`region=${document.region}`],
    expected,
  }
}

/** Changes what AWS says of a key in one region; computed again when somebody else's change came between. */
export async function changeDocument(
  call: AwsCall,
  key: AwsKey,
  request: RequestContext,
  change: (document: KeyDocument) => KeyDocument,
): Promise<void> {
  const { keeper } = call.ports
  const { session } = call
  const name = keyDocumentName(key.region, key.id)
  await keeper.execute(
    session,
    attachToKey<undefined>(),
    {
      key: key.id,
      details: { aws: call.action, region: key.region },
      compute: async (attachments) => {
        const stored = await attachments.get(session.tenant, name)
        const document = stored === undefined ? key.document : documentOf(stored)
        const changed = documentPut(key.id, change(document), stored?.revision ?? 0)
        return { output: undefined, changes: [changed] }
      },
    },
    request,
  )
}
