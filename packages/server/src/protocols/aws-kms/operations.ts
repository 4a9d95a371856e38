import type { AwsOperation } from './call.ts'
import { createAlias, deleteAlias, listAliases, updateAlias } from './operations/aliases.ts'
import {
  connectCustomKeyStore,
  createCustomKeyStore,
  deleteCustomKeyStore,
  describeCustomKeyStores,
  disconnectCustomKeyStore,
  updateCustomKeyStore,
} from './operations/key-stores.ts'
import { createKey } from './operations/create-key.ts'
import { cancelKeyDeletion, scheduleKeyDeletion } from './operations/deletion.ts'
import {
  deleteImportedKeyMaterial,
  getParametersForImport,
  importKeyMaterial,
} from './operations/import.ts'
import { getKeyLastUsage } from './operations/last-usage.ts'
import { listKeyRotations } from './operations/list-rotations.ts'
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  rotateKeyOnDemand,
} from './operations/rotation.ts'
import { describeKey, listKeys, updateKeyDescription } from './operations/keys.ts'
import { replicateKey, updatePrimaryRegion } from './operations/multi-region.ts'
import { disableKey, enableKey } from './operations/state.ts'
import { listResourceTags, tagResource, untagResource } from './operations/tags.ts'
import { decrypt } from './operations/decrypt.ts'
import { decapsulate, encapsulate } from './operations/encapsulate.ts'
import { encrypt } from './operations/encrypt.ts'
import { generateDataKey, generateDataKeyWithoutPlaintext } from './operations/data-key.ts'
import {
  generateDataKeyPair,
  generateDataKeyPairWithoutPlaintext,
} from './operations/data-key-pair.ts'
import { deriveSharedSecret } from './operations/agree.ts'
import { generateMac, verifyMac } from './operations/mac.ts'
import { generateRandom } from './operations/random.ts'
import { getPublicKey } from './operations/public-key.ts'
import { reEncrypt } from './operations/re-encrypt.ts'
import { sign, verify } from './operations/sign.ts'
import { createGrant, retireGrant, revokeGrant } from './operations/grants.ts'
import { listGrants, listRetirableGrants } from './operations/grant-lists.ts'
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from './operations/policy.ts'

/** Every action, by the name in `X-Amz-Target`. */
export const OPERATIONS: Readonly<Record<string, AwsOperation>> = {
  CancelKeyDeletion: cancelKeyDeletion,
  ConnectCustomKeyStore: connectCustomKeyStore,
  CreateAlias: createAlias,
  CreateCustomKeyStore: createCustomKeyStore,
  CreateGrant: createGrant,
  CreateKey: createKey,
  Decapsulate: decapsulate,
  Decrypt: decrypt,
  DeleteAlias: deleteAlias,
  DeleteCustomKeyStore: deleteCustomKeyStore,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
  DeriveSharedSecret: deriveSharedSecret,
  DescribeCustomKeyStores: describeCustomKeyStores,
  DescribeKey: describeKey,
  DisableKey: disableKey,
  DisableKeyRotation: disableKeyRotation,
  DisconnectCustomKeyStore: disconnectCustomKeyStore,
  EnableKey: enableKey,
  EnableKeyRotation: enableKeyRotation,
  Encapsulate: encapsulate,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: generateMac,
  GenerateRandom: generateRandom,
  GetKeyLastUsage: getKeyLastUsage,
  GetKeyPolicy: getKeyPolicy,
  GetKeyRotationStatus: getKeyRotationStatus,
  GetParametersForImport: getParametersForImport,
  GetPublicKey: getPublicKey,
  ImportKeyMaterial: importKeyMaterial,
  ListAliases: listAliases,
  ListGrants: listGrants,
  ListKeyPolicies: listKeyPolicies,
  ListKeyRotations: listKeyRotations,
  ListKeys: listKeys,
  ListResourceTags: listResourceTags,
  ListRetirableGrants: listRetirableGrants,
  PutKeyPolicy: putKeyPolicy,
  ReEncrypt: reEncrypt,
  ReplicateKey: replicateKey,
  RetireGrant: retireGrant,
  RevokeGrant: revokeGrant,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  Sign: sign,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateAlias: updateAlias,
  UpdateCustomKeyStore: updateCustomKeyStore,
  UpdateKeyDescription: updateKeyDescription,
  UpdatePrimaryRegion: updatePrimaryRegion,
  Verify: verify,
  VerifyMac: verifyMac,
}
