import type { Key, KeyId, MaybePromise, Stored } from '@claviger/core'
import type { AwsCall } from './call.ts'

/**
 * What AWS says of a key in one region, beside what the keeper says of it. Kept as the attachment
 * `aws-kms/key/<region>/<key id>`; a multi-Region key has one for each of its regions.
 */
export interface KeyDocument {
  readonly region: string
  /** The text of `PutKeyPolicy`, byte for byte; absent: the default policy. */
  readonly policy?: string
  readonly description?: string
  readonly tags: readonly { readonly TagKey: string; readonly TagValue: string }[]
  /** `mrk-` ids; `primary` is a region. */
  readonly multiRegion?: { readonly primary: string }
  readonly origin: 'AWS_KMS' | 'EXTERNAL' | 'EXTERNAL_KEY_STORE' | 'AWS_CLOUDHSM'
  readonly createdAt: number
  /** Of one region of several: the key is disabled here, whatever it is elsewhere. */
  readonly disabled?: true
  /** Of one region of several: when the key is gone from here. */
  readonly deletionDate?: number
  /** Days between the deletion of the last replica and that of this primary, which waits for it. */
  readonly deletionWindowDays?: number
  /** Anything an operation needs to keep beside it. */
  readonly more?: Readonly<Record<string, unknown>>
}

export const keyDocumentName = (region: string, key: KeyId): string =>
  `aws-kms/key/${region}/${key}`

/** The stored document, or undefined: the key was made by another protocol, or is in other regions only. */
export function storedKeyDocument(
  { ports, session }: Pick<AwsCall, 'ports' | 'session'>,
  region: string,
  key: KeyId,
): MaybePromise<Stored<'attachment'> | undefined> {
  return ports.keeper.attachments.get(session.tenant, keyDocumentName(region, key))
}

export function documentOf(stored: Stored<'attachment'>): KeyDocument {
  return stored.value.body as unknown as KeyDocument
}

/** For a key that another protocol made: seen in the home region, under the default policy. */
export function foreignDocument(key: Key, region: string): KeyDocument {
  const origin = key.origin === 'generated' ? 'AWS_KMS' : 'EXTERNAL'
  return { region, tags: [], origin, createdAt: key.createdAt }
}
