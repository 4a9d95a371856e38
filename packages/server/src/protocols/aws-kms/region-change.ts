import * as core from '@claviger/core'
import type { AwsCall } from './call.ts'
import { changeDocument, documentPut } from './document-change.ts'
import { AwsError } from './error.ts'
import type { KeyDocument } from './key-document.ts'
import type { AwsKey } from './key-reference.ts'
import { invalidState, type KeyStatus, otherRegions } from './key-status.ts'

/** Whether a multi-Region key is in use in this region, as far as the region itself goes. */
const isOpen = ({ disabled, deletionDate, deletionWindowDays }: KeyDocument): boolean =>
  disabled !== true && deletionDate === undefined && deletionWindowDays === undefined

/**
 * Ends the use of a key in one region. The key of several regions goes on in the others; with the last of
 * them it is suspended, so that no other door uses what is disabled everywhere.
 */
export async function closeRegion(
  call: AwsCall,
  key: AwsKey,
  { status, request }: { readonly status: KeyStatus; readonly request: core.RequestContext },
  change: (document: KeyDocument) => KeyDocument,
): Promise<void> {
  const others = otherRegions(status.regions, key.region)
  const suspended = status.loaded.key.suspension !== undefined
  if (suspended || others.some(({ document }) => isOpen(document))) {
    await changeDocument(call, key, request, change)
    return
  }
  const input = { key: key.id, reason: 'disabled' }
  const options = others.length === 0 ? {} : marking(key, change(key.document))
  await keepingTo(key, () =>
    call.ports.keeper.execute(call.session, core.suspendKey, input, request, options),
  )
}

/** Changes the document in the same unit of work as the key. */
export function marking(key: AwsKey, document: KeyDocument): core.ExecuteOptions<unknown> {
  return {
    attachments: () => ({ key: key.id, changes: [documentPut(key.id, document, key.revision)] }),
  }
}

/** What another door did to the key meanwhile is a state that the call does not fit. */
export async function keepingTo<Answer>(
  { arn }: AwsKey,
  act: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof AwsError || !core.isKeeperError(error)) throw error
    if (error.code !== 'wrong-state' && error.code !== 'period-over') throw error
    throw invalidState(`${arn} is not in a valid state for this operation: ${error.message}`)
  }
}

/** What changes nothing is authorized and recorded all the same. */
export function recordOnly(
  call: AwsCall,
  key: AwsKey,
  request: core.RequestContext,
): Promise<unknown> {
  return call.ports.keeper.execute(call.session, core.getKey, { key: key.id }, request)
}
