import type { Input } from '../members.ts'

type Values = readonly string[] | undefined
type Reader = (input: Input) => Values

const text =
  (member: string, usual?: string): Reader =>
  (input) => {
    const value = input[member] ?? usual
    return typeof value === 'string' ? [value] : undefined
  }
const flag =
  (member: string): Reader =>
  (input) => [String(input[member] === true)]
const number =
  (member: string, usual?: number): Reader =>
  (input) => {
    const value = input[member] ?? usual
    return typeof value === 'number' ? [String(value)] : undefined
  }
const texts =
  (member: string): Reader =>
  (input) => {
    const value = input[member]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
  }
const time =
  (member: string): Reader =>
  (input) => {
    const value = input[member]
    if (typeof value !== 'number' || !(Math.abs(value) < 1e11)) return undefined
    return [new Date(value * 1_000).toISOString()]
  }

const symmetric: Reader = () => ['SYMMETRIC_DEFAULT']
const constraintTypes: Reader = ({ Constraints: constraints }) =>
  typeof constraints === 'object' && constraints !== null
    ? Object.keys(constraints).filter((name) => /^EncryptionContext(?:Equals|Subset)$/.test(name))
    : undefined

const DATA_KEY_PAIR = { 'kms:datakeypairspec': text('KeyPairSpec') }
const LOCKOUT = {
  'kms:bypasspolicylockoutsafetycheck': flag('BypassPolicyLockoutSafetyCheck'),
}
const NO_SERVICE = { 'kms:grantisforawsresource': (): Values => ['false'] }
const SIGNING = {
  'kms:signingalgorithm': text('SigningAlgorithm'),
  'kms:messagetype': text('MessageType', 'RAW'),
}
const MAC = { 'kms:macalgorithm': text('MacAlgorithm') }
const ENCRYPTION = { 'kms:encryptionalgorithm': text('EncryptionAlgorithm', 'SYMMETRIC_DEFAULT') }

const LEGACY_SPEC: Reader = (input) =>
  text('KeySpec')(input) ?? text('CustomerMasterKeySpec', 'SYMMETRIC_DEFAULT')(input)

/**
 * The condition keys of a request's own parameters (Developer Guide, "AWS KMS condition keys"), each with
 * the value that counts where the parameter is left out.
 */
const OF_ACTION: Readonly<Record<string, Readonly<Record<string, Reader>>>> = {
  'kms:Encrypt': ENCRYPTION,
  'kms:Decrypt': ENCRYPTION,
  'kms:ReEncryptFrom': {
    'kms:encryptionalgorithm': text('SourceEncryptionAlgorithm', 'SYMMETRIC_DEFAULT'),
  },
  'kms:ReEncryptTo': {
    'kms:encryptionalgorithm': text('DestinationEncryptionAlgorithm', 'SYMMETRIC_DEFAULT'),
  },
  'kms:GenerateDataKey': { 'kms:encryptionalgorithm': symmetric },
  'kms:GenerateDataKeyWithoutPlaintext': { 'kms:encryptionalgorithm': symmetric },
  'kms:GenerateDataKeyPair': { 'kms:encryptionalgorithm': symmetric, ...DATA_KEY_PAIR },
  'kms:GenerateDataKeyPairWithoutPlaintext': {
    'kms:encryptionalgorithm': symmetric,
    ...DATA_KEY_PAIR,
  },
  'kms:Sign': SIGNING,
  'kms:Verify': SIGNING,
  'kms:GenerateMac': MAC,
  'kms:VerifyMac': MAC,
  'kms:DeriveSharedSecret': { 'kms:keyagreementalgorithm': text('KeyAgreementAlgorithm') },
  'kms:CreateKey': {
    ...LOCKOUT,
    'kms:keyspec': LEGACY_SPEC,
    'kms:keyusage': text('KeyUsage', 'ENCRYPT_DECRYPT'),
    'kms:keyorigin': text('Origin', 'AWS_KMS'),
    'kms:multiregion': flag('MultiRegion'),
    'kms:multiregionkeytype': (input) => (input['MultiRegion'] === true ? ['PRIMARY'] : undefined),
  },
  'kms:PutKeyPolicy': LOCKOUT,
  'kms:ReplicateKey': { ...LOCKOUT, 'kms:replicaregion': text('ReplicaRegion') },
  'kms:UpdatePrimaryRegion': { 'kms:primaryregion': text('PrimaryRegion') },
  'kms:EnableKeyRotation': { 'kms:rotationperiodindays': number('RotationPeriodInDays', 365) },
  'kms:ScheduleKeyDeletion': {
    'kms:schedulekeydeletionpendingwindowindays': number('PendingWindowInDays', 30),
  },
  'kms:GetParametersForImport': {
    'kms:wrappingalgorithm': text('WrappingAlgorithm'),
    'kms:wrappingkeyspec': text('WrappingKeySpec'),
  },
  'kms:ImportKeyMaterial': {
    'kms:expirationmodel': text('ExpirationModel', 'KEY_MATERIAL_EXPIRES'),
    'kms:validto': time('ValidTo'),
  },
  'kms:CreateGrant': {
    ...NO_SERVICE,
    'kms:grantoperations': texts('Operations'),
    'kms:granteeprincipal': text('GranteePrincipal'),
    'kms:retiringprincipal': text('RetiringPrincipal'),
    'kms:grantconstrainttype': constraintTypes,
  },
  'kms:ListGrants': NO_SERVICE,
  'kms:RevokeGrant': NO_SERVICE,
  'kms:DeleteImportedKeyMaterial': { 'kms:keymaterialid': text('KeyMaterialId') },
}

/** A condition key of one action's parameters; undefined where the action has no such one. */
export function requestCondition(action: string, name: string, input: Input): Values {
  return OF_ACTION[action]?.[name]?.(input)
}

type Tags = readonly { readonly TagKey: string; readonly TagValue: string }[]

/** The tags that a request would set. */
export function requestTags(input: Input): Tags {
  const { Tags: tags } = input
  if (!Array.isArray(tags)) return []
  return tags.filter(
    (tag): tag is Tags[number] =>
      typeof tag === 'object' &&
      tag !== null &&
      typeof (tag as Record<string, unknown>)['TagKey'] === 'string' &&
      typeof (tag as Record<string, unknown>)['TagValue'] === 'string',
  )
}

/** `aws:TagKeys`: of the tags to set, or to take away. */
export function requestTagKeys(input: Input): Values {
  const named = input['TagKeys']
  const keys = Array.isArray(named) ? named : requestTags(input).map(({ TagKey: key }) => key)
  return keys.filter((key): key is string => typeof key === 'string')
}
