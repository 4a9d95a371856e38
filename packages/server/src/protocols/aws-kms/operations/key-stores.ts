import { encodeHex } from '@claviger/bytes'
import { listKeys } from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall, AwsOperation } from '../call.ts'
import { AwsError, validation } from '../error.ts'
import {
  changeKeyStores,
  keyStoreNotFound,
  type KeyStores,
  portOf,
  storeNamed,
} from '../key-store/change.ts'
import {
  externalKeyName,
  type KeyStoreDocument,
  keyStorePlace,
  keyStoresOf,
} from '../key-store/document.ts'
import { isKept } from '../key-store/external-key.ts'
import { readNewProxy, readProxySettings, STORE_ID, STORE_NAME } from '../key-store/input.ts'
import { connectionErrorOf, isCustodyFailure } from '../key-store/words.ts'
import { optionalOneOf, optionalText } from '../members.ts'
import { pageEnd, pageOf, readPage } from '../paging.ts'
import { seconds, text } from '../validation.ts'

const TYPES = ['AWS_CLOUDHSM', 'EXTERNAL_KEY_STORE'] as const
/** Quota "Custom key stores" of an account and Region. */
const STORES_MAX = 10
const ID_BYTES = 9
const PAGE = 100

export const createCustomKeyStore: AwsOperation = async (call) => {
  const { input, ports, session, region, account } = call
  const name = text(input, 'CustomKeyStoreName', STORE_NAME)
  const type = optionalOneOf(input, 'CustomKeyStoreType', TYPES) ?? 'AWS_CLOUDHSM'
  if (type === 'AWS_CLOUDHSM') throw noCluster()
  const { endpoint, path, credential } = readNewProxy(input)
  const port = portOf(call)
  // AWS's ids have 17 digits.
  const id = `cks-${encodeHex(ports.crypto.randomBytes(ID_BYTES)).slice(1)}`
  const secret = (): string =>
    port.wrapSecret(session.tenant, keyStorePlace({ region, id }), credential.secret)
  const made = await changeKeyStores(call, async (stores) => {
    if (stores.all.length >= STORES_MAX) {
      throw new AwsError(
        'LimitExceededException',
        `You have ${STORES_MAX} custom key stores in this Region, which is the quota.`,
      )
    }
    assertUnique(stores, { id, name, endpoint, path })
    const store: KeyStoreDocument = {
      id,
      region,
      account,
      name,
      endpoint,
      path,
      accessKeyId: credential.accessKeyId,
      secret: secret(),
      createdAt: ports.now(),
      state: 'DISCONNECTED',
    }
    await probe(call, store)
    return { store }
  })
  return { CustomKeyStoreId: made.id }
}

/** A failure to connect is no failure of the call: the key store says afterwards why it is not connected. */
export const connectCustomKeyStore: AwsOperation = async (call) => {
  const id = text(call.input, 'CustomKeyStoreId', STORE_ID)
  await changeKeyStores(call, async (stores) => {
    const { errorCode: _before, ...store } = storeNamed(stores, id)
    if (store.state === 'FAILED') {
      throw invalidState(store, 'It failed to connect: disconnect it, and then connect it again.')
    }
    if (store.state === 'CONNECTED') return { store }
    try {
      await probe(call, store)
      return { store: { ...store, state: 'CONNECTED' as const } }
    } catch (error) {
      if (!isCustodyFailure(error)) throw error
      const errorCode = connectionErrorOf(error)
      return { store: { ...store, state: 'FAILED' as const, errorCode } }
    }
  })
  return {}
}

export const disconnectCustomKeyStore: AwsOperation = async (call) => {
  const id = text(call.input, 'CustomKeyStoreId', STORE_ID)
  await changeKeyStores(call, async (stores) => {
    const { errorCode: _before, ...store } = storeNamed(stores, id)
    if (store.state === 'DISCONNECTED') throw invalidState(store, 'It is disconnected already.')
    return { store: { ...store, state: 'DISCONNECTED' as const } }
  })
  return {}
}

export const updateCustomKeyStore: AwsOperation = async (call) => {
  const { input, session } = call
  const id = text(input, 'CustomKeyStoreId', STORE_ID)
  const name = optionalText(input, 'NewCustomKeyStoreName', STORE_NAME)
  const settings = readProxySettings(input)
  const { endpoint, path, credential } = settings
  const port = portOf(call)
  await changeKeyStores(call, async (stores) => {
    const before = storeNamed(stores, id)
    const store: KeyStoreDocument = {
      ...before,
      ...(name !== undefined && { name }),
      ...(endpoint !== undefined && { endpoint }),
      ...(path !== undefined && { path }),
      ...(credential !== undefined && {
        accessKeyId: credential.accessKeyId,
        secret: port.wrapSecret(session.tenant, keyStorePlace(before), credential.secret),
      }),
    }
    // API reference: the endpoint changes while disconnected; name, path and credential whenever they work.
    const elsewhere = endpoint !== undefined && endpoint !== before.endpoint
    if (before.state === 'FAILED' || (elsewhere && before.state !== 'DISCONNECTED')) {
      throw invalidState(before, 'Disconnect it before you update it.')
    }
    assertUnique(stores, store)
    const isProxyChanged = endpoint !== undefined || path !== undefined || credential !== undefined
    if (isProxyChanged) await probe(call, store)
    return { store }
  })
  return {}
}

export const deleteCustomKeyStore: AwsOperation = async (call) => {
  const id = text(call.input, 'CustomKeyStoreId', STORE_ID)
  await changeKeyStores(call, async (stores) => {
    const store = storeNamed(stores, id)
    if (await hasKeys(call, stores, store)) {
      throw new AwsError(
        'CustomKeyStoreHasCMKsException',
        `Custom key store ${id} contains KMS keys. Schedule their deletion, and delete the key store when they are deleted.`,
      )
    }
    if (store.state !== 'DISCONNECTED') throw invalidState(store, 'Disconnect it before.')
    return { store, remove: true }
  })
  return {}
}

export const describeCustomKeyStores: AwsOperation = async (call) => {
  const { input, ports, session, region } = call
  const id = optionalText(input, 'CustomKeyStoreId', STORE_ID)
  const name = optionalText(input, 'CustomKeyStoreName', STORE_NAME)
  if (id !== undefined && name !== undefined) {
    throw validation('Specify CustomKeyStoreId or CustomKeyStoreName, but not both.')
  }
  const page = readPage(input, 'DescribeCustomKeyStores', { limit: PAGE, limitMax: 1_000 })
  const request = await authorized(call, { action: 'kms:DescribeCustomKeyStores' })
  // A list of attachments has no operation of its own: that of the keys is asked, for one record.
  await ports.keeper.execute(session, listKeys, { filters: {}, limit: 1 }, request)
  const all = await keyStoresOf(ports.keeper.attachments, session.tenant, region)
  const named = all.filter((one) => one.id === (id ?? one.id) && one.name === (name ?? one.name))
  const asked = id ?? name
  if (asked !== undefined && named.length === 0) throw keyStoreNotFound(asked)
  const byId = named.toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const { items, next } = pageOf(byId, (one) => one.id, page)
  return { CustomKeyStores: items.map(shown), ...pageEnd('DescribeCustomKeyStores', next) }
}

function shown(store: KeyStoreDocument): Readonly<Record<string, unknown>> {
  return {
    CustomKeyStoreId: store.id,
    CustomKeyStoreName: store.name,
    ConnectionState: store.state,
    ...(store.errorCode !== undefined && { ConnectionErrorCode: store.errorCode }),
    CreationDate: seconds(store.createdAt),
    CustomKeyStoreType: 'EXTERNAL_KEY_STORE',
    XksProxyConfiguration: {
      Connectivity: 'PUBLIC_ENDPOINT',
      AccessKeyId: store.accessKeyId,
      UriEndpoint: store.endpoint,
      UriPath: store.path,
    },
  }
}

function probe(call: AwsCall, store: KeyStoreDocument): Promise<void> {
  const { requestId } = call.request
  return portOf(call).probe(call.session.tenant, store, { operation: call.action, requestId })
}

function assertUnique(
  { all }: KeyStores,
  { id, name, endpoint, path }: Pick<KeyStoreDocument, 'id' | 'name' | 'endpoint' | 'path'>,
): void {
  const others = all.filter((one) => one.id !== id)
  if (others.some((one) => one.name === name)) {
    throw new AwsError(
      'CustomKeyStoreNameInUseException',
      `The custom key store name ${name} is in use.`,
    )
  }
  if (others.some((one) => one.endpoint === endpoint && one.path === path)) {
    throw new AwsError(
      'XksProxyUriInUseException',
      'The XksProxyUriEndpoint and XksProxyUriPath are already associated with another external key store in this Region.',
    )
  }
}

/** Keys that wait for their deletion count too: they can be brought back. */
async function hasKeys(
  call: AwsCall,
  { attachments }: KeyStores,
  store: KeyStoreDocument,
): Promise<boolean> {
  const namePrefix = externalKeyName(keyStorePlace(store), '')
  let after: string | undefined
  do {
    const { tenant } = call.session
    const page = await attachments.list({
      tenant,
      namePrefix,
      limit: PAGE,
      ...(after !== undefined && { after }),
    })
    for (const { value } of page.records) {
      if (value.key !== undefined && (await isKept(call, value.key))) return true
    }
    after = page.next
  } while (after !== undefined)
  return false
}

function invalidState({ id, state }: KeyStoreDocument, advice: string): AwsError {
  return new AwsError(
    'CustomKeyStoreInvalidStateException',
    `The ConnectionState of custom key store ${id} is ${state}. ${advice}`,
  )
}

function noCluster(): AwsError {
  return new AwsError(
    'CloudHsmClusterNotFoundException',
    'A keeper has no CloudHSM clusters. For keys that are kept elsewhere use CustomKeyStoreType EXTERNAL_KEY_STORE.',
  )
}
