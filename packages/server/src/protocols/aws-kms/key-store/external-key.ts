import type { AttachmentChange, CreateKeyInput, RequestContext } from '@claviger/core'
import type { AwsCall } from '../call.ts'
import { AwsError } from '../error.ts'
import { thenAssert } from '../permitted.ts'
import { patterned } from '../validation.ts'
import { findKeyStore, keyStoreNotFound, portOf } from './change.ts'
import { externalKeyName, keyStorePlace } from './document.ts'
import { XKS_KEY_ID } from './input.ts'
import { proxyNotConnected } from './words.ts'

/** What makes a new key stand for one in an external key store. */
export interface ExternalKey {
  readonly more: Pick<CreateKeyInput, 'place' | 'mechanisms'>
  /** For the key's document. */
  readonly beside: { readonly customKeyStoreId: string }
  /** Keeps the external key for this key alone. */
  readonly claim: AttachmentChange
  /** Asserts, once the call is allowed, that the store is connected and the external key is free. */
  readonly request: RequestContext
}

/**
 * CreateKey with Origin EXTERNAL_KEY_STORE. That the external key exists and is fit is for the custody to find
 * out, when the key is made: `inWordsOfKeyStores(error, 'createKey')` says what it found.
 */
export async function externalKey(
  call: AwsCall,
  storeId: string,
  xksKeyId: string,
  request: RequestContext,
): Promise<ExternalKey> {
  portOf(call)
  patterned('XksKeyId', xksKeyId, XKS_KEY_ID)
  const { ports, session } = call
  const store = await findKeyStore(call, storeId)
  const place = keyStorePlace({ region: call.region, id: storeId })
  const name = externalKeyName(place, xksKeyId)
  const claimed = store && (await ports.keeper.attachments.get(session.tenant, name))
  const inUse = claimed?.value.key !== undefined && (await isKept(call, claimed.value.key))
  const check = (): void => {
    if (store === undefined) throw keyStoreNotFound(storeId)
    if (store.state !== 'CONNECTED') throw proxyNotConnected()
    if (inUse) {
      throw new AwsError(
        'XksKeyAlreadyInUseException',
        `The external key ${xksKeyId} is already associated with another KMS key in this external key store.`,
      )
    }
  }
  return {
    more: { place: { custody: `xks:${place}`, externalId: xksKeyId }, mechanisms: ['aes-gcm'] },
    beside: { customKeyStoreId: storeId },
    claim: { name, body: { xksKeyId }, expected: claimed?.revision ?? 0 },
    request: thenAssert(request, check),
  }
}

/** A key that is destroyed lets its external key go. */
export async function isKept({ ports, session }: AwsCall, key: string): Promise<boolean> {
  const loaded =
    ports.keeper.keys.peek(session.tenant, key) ??
    (await ports.keeper.keys.load(session.tenant, key))
  return loaded !== undefined && loaded.key.state !== 'destroyed'
}
