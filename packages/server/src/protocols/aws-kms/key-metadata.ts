import type { AwsCall } from './call.ts'
import { keyMaterialId } from './key-material-id.ts'
import type { AwsKey } from './key-reference.ts'
import { keyArn } from './key-reference.ts'
import { awsWordsOf, type AwsKeyWords, type KeyUsage } from './key-spec.ts'
import { type KeyStatus, type RegionOfKey, statusOf } from './key-status.ts'
import { seconds } from './validation.ts'

type Members = Readonly<Record<string, unknown>>

/** `KeyMetadata`, as CreateKey, DescribeKey and ReplicateKey answer it. */
export async function keyMetadata(call: AwsCall, key: AwsKey): Promise<Members> {
  return metadataOf(call, key, await statusOf(call, key))
}

export function metadataOf(call: AwsCall, key: AwsKey, status: KeyStatus): Members {
  const { document } = key
  const { key: core } = status.loaded
  const words = awsWordsOf(core)
  return {
    AWSAccountId: call.account,
    KeyId: key.keyId,
    Arn: key.arn,
    CreationDate: seconds(document.createdAt),
    Enabled: status.state === 'Enabled',
    Description: document.description ?? core.description,
    ...(words !== undefined && wordsOf(words)),
    ...stateOf(status),
    Origin: document.origin,
    KeyManager: 'CUSTOMER',
    ...materialOf(call, key, status, words?.keySpec === 'SYMMETRIC_DEFAULT'),
    ...placeOf(key, status),
    MultiRegion: document.multiRegion !== undefined,
    ...multiRegionOf(call, key, status.regions),
  }
}

const ALGORITHMS: Readonly<Record<KeyUsage, string>> = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
  ENCAPSULATE_DECAPSULATE: 'EncapsulationAlgorithms',
}

function wordsOf({ keySpec, keyUsage, algorithms }: AwsKeyWords): Members {
  return {
    KeyUsage: keyUsage,
    KeySpec: keySpec,
    // Deprecated, and still what older clients read.
    CustomerMasterKeySpec: keySpec,
    [ALGORITHMS[keyUsage]]: algorithms,
  }
}

function stateOf({ state, deletionDate, deletionWindowDays }: KeyStatus): Members {
  return {
    KeyState: state,
    ...(deletionDate !== undefined && { DeletionDate: seconds(deletionDate) }),
    ...(deletionWindowDays !== undefined && { PendingDeletionWindowInDays: deletionWindowDays }),
  }
}

/** Imported material says whether it expires; symmetric keys name the material that is in force. */
function materialOf(
  { ports }: AwsCall,
  { document, id }: AwsKey,
  { state, loaded: { key } }: KeyStatus,
  symmetric: boolean,
): Members {
  const current = symmetric &&
    key.currentVersion > 0 &&
    document.origin !== 'EXTERNAL_KEY_STORE' && {
      CurrentKeyMaterialId: keyMaterialId(ports.crypto, id, key.currentVersion),
    }
  if (document.origin !== 'EXTERNAL' || state === 'PendingImport') return { ...current }
  const until = key.materialUntil?.[key.currentVersion]
  if (until === undefined) {
    return { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE', ...current }
  }
  return { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: seconds(until), ...current }
}

function placeOf({ document }: AwsKey, { loaded: { key } }: KeyStatus): Members {
  if (document.origin !== 'EXTERNAL_KEY_STORE') return {}
  return {
    CustomKeyStoreId: document.more?.['customKeyStoreId'],
    XksKeyConfiguration: { Id: key.externalId },
  }
}

function multiRegionOf(
  call: AwsCall,
  { document: { multiRegion, region }, keyId }: AwsKey,
  regions: readonly RegionOfKey[],
): Members {
  if (multiRegion === undefined) return {}
  const one = (of: string): Members => ({ Arn: keyArn(call, of, keyId), Region: of })
  const replicas = regions
    .map(({ document }) => document.region)
    .filter((of) => of !== multiRegion.primary)
  return {
    MultiRegionConfiguration: {
      MultiRegionKeyType: region === multiRegion.primary ? 'PRIMARY' : 'REPLICA',
      PrimaryKey: one(multiRegion.primary),
      ReplicaKeys: replicas.map(one),
    },
  }
}
