import type { AttachmentCache, Stored, TenantId } from '@claviger/core'

/** `ConnectionState`, but those on the way: here no call is answered before it is done. */
export type ConnectionState = 'CONNECTED' | 'DISCONNECTED' | 'FAILED'

/** An external key store, kept as the attachment `aws-kms/key-store/<region>/<id>`. */
export interface KeyStoreDocument {
  readonly id: string
  readonly region: string
  readonly account: string
  readonly name: string
  /** `https://host[:port]` */
  readonly endpoint: string
  /** `[/prefix]/kms/xks/v1` */
  readonly path: string
  readonly accessKeyId: string
  /** Wrapped; never shown. */
  readonly secret: string
  readonly createdAt: number
  readonly state: ConnectionState
  readonly errorCode?: string
}

const PREFIX = 'aws-kms/key-store/'

/** How keys name the key store that keeps them, after the custody's own name. */
export const keyStorePlace = ({ region, id }: Pick<KeyStoreDocument, 'region' | 'id'>): string =>
  `${region}/${id}`

export const keyStoreName = (place: string): string => PREFIX + place

export const keyStoreFacets = ({ region }: KeyStoreDocument): readonly string[] => [
  `key-store=${region}`,
]

/** The external keys in use, each as an attachment of the key that stands for it. */
export const externalKeyName = (place: string, externalId: string): string =>
  `aws-kms/xks-key/${place}/${externalId}`

export function keyStoreOf(stored: Stored<'attachment'>): KeyStoreDocument {
  return stored.value.body as unknown as KeyStoreDocument
}

/** Ten at most (quota of AWS), so one page has them all. */
const PAGE = 100

/** All of a region, oldest first. */
export async function keyStoresOf(
  attachments: AttachmentCache,
  tenant: TenantId,
  region: string,
): Promise<readonly KeyStoreDocument[]> {
  const namePrefix = `${PREFIX}${region}/`
  const { records } = await attachments.list({ tenant, namePrefix, limit: PAGE })
  return records
    .map(keyStoreOf)
    .toSorted((one, other) => one.createdAt - other.createdAt || (one.id < other.id ? -1 : 1))
}
