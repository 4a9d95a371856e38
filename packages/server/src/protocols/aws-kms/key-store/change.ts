import { type AttachmentCache, type AttachmentChange, attachToTenant } from '@claviger/core'
import { authorized } from '../authorization.ts'
import type { AwsCall } from '../call.ts'
import { AwsError } from '../error.ts'
import {
  type KeyStoreDocument,
  keyStoreFacets,
  keyStoreName,
  keyStoreOf,
  keyStorePlace,
  keyStoresOf,
} from './document.ts'
import type { KeyStorePort } from './port.ts'
import { inWordsOfKeyStores } from './words.ts'

/** What a change of one key store looks at: the store, and the others of its region. */
export interface KeyStores {
  readonly all: readonly KeyStoreDocument[]
  readonly attachments: AttachmentCache
}

/** Whatever changes a region's key stores changes this too, so that two such changes meet. */
const registryName = (region: string): string => `aws-kms/key-stores/${region}`

export function portOf({ ports }: Pick<AwsCall, 'ports'>): KeyStorePort {
  if (ports.keyStores !== undefined) return ports.keyStores
  throw new AwsError('UnsupportedOperationException', 'This keeper uses no external key stores.')
}

/** Computes the next document from what is there now; undefined takes the key store away. */
export async function changeKeyStores(
  call: AwsCall,
  compute: (stores: KeyStores) => Promise<{
    readonly store: KeyStoreDocument
    readonly remove?: boolean
  }>,
): Promise<KeyStoreDocument> {
  const { keeper } = call.ports
  const { session, region } = call
  const request = await authorized(call, { action: `kms:${call.action}` })
  const run = async (attachments: AttachmentCache) => {
    const registry = await attachments.get(session.tenant, registryName(region))
    const all = await keyStoresOf(attachments, session.tenant, region)
    const { store, remove } = await compute({ all, attachments })
    const name = keyStoreName(keyStorePlace(store))
    const known = await attachments.get(session.tenant, name)
    const changes: AttachmentChange[] = [
      {
        name,
        body: remove === true ? undefined : { ...store },
        facets: keyStoreFacets(store),
        expected: known?.revision ?? 0,
      },
      {
        name: registryName(region),
        body: { changes: Number(registry?.value.body['changes'] ?? 0) + 1 },
        expected: registry?.revision ?? 0,
      },
    ]
    return { output: store, changes }
  }
  const input = { details: { aws: call.action, region }, compute: run }
  try {
    const operation = attachToTenant<KeyStoreDocument>()
    return (await keeper.execute(session, operation, input, request)).output
  } catch (error) {
    throw inWordsOfKeyStores(error, 'configure')
  }
}

export function storeNamed({ all }: Pick<KeyStores, 'all'>, id: string): KeyStoreDocument {
  const store = all.find((one) => one.id === id)
  if (store === undefined) throw keyStoreNotFound(id)
  return store
}

export function keyStoreNotFound(id: string): AwsError {
  return new AwsError('CustomKeyStoreNotFoundException', `Custom key store ${id} does not exist.`)
}

/** The store as it is now, straight from what is cached. */
export async function findKeyStore(
  { ports, session, region }: Pick<AwsCall, 'ports' | 'session' | 'region'>,
  id: string,
): Promise<KeyStoreDocument | undefined> {
  // What is not of the form of an id is no name of a record either.
  if (!/^[\x21-\x7e]+$/.test(id)) return undefined
  const name = keyStoreName(keyStorePlace({ region, id }))
  const stored = await ports.keeper.attachments.get(session.tenant, name)
  return stored && keyStoreOf(stored)
}
