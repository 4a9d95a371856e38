import { AwsError, validation } from '../error.ts'
import type { KeyUsage } from '../key-spec.ts'
import { constraint, type Input, missing, optionalList, optionalText } from '../members.ts'
import { patterned } from '../validation.ts'
import {
  GRANT_OPERATIONS,
  type GrantConstraints,
  type GrantOperation,
  type GrantWish,
} from './grant.ts'
import { isPrincipalArn, isServicePrincipal } from './principal.ts'

const NAME = { min: 1, max: 256 }
const NAME_PATTERN = { matches: /^[a-zA-Z0-9:/_-]+$/, shown: '^[a-zA-Z0-9:/_-]+$' }
const PRINCIPAL = { min: 1, max: 256 }
const GRANT_ID = { min: 1, max: 128 }
const GRANT_ID_FORM = /^[0-9a-f]{64}$/
const PAIRS_MAX = 8
const VALUE_LENGTH_MAX = 384

/** What CreateGrant asks for, once its members fit together. */
export function readGrantWish(input: Input): GrantWish {
  const grantee = readPrincipal(input, 'GranteePrincipal')
  const retiring = readPrincipal(input, 'RetiringPrincipal')
  const granteeService = readService(input, 'GranteeServicePrincipal')
  const retiringService = readService(input, 'RetiringServicePrincipal')
  const operations = readOperations(input)
  const constraints = readConstraints(input)
  const name = optionalText(input, 'Name', NAME)
  if (name !== undefined) patterned('Name', name, NAME_PATTERN)
  if ((grantee === undefined) === (granteeService === undefined)) {
    throw validation(
      'You must specify either GranteePrincipal or GranteeServicePrincipal, but not both.',
    )
  }
  if (retiring !== undefined && retiringService !== undefined) {
    throw validation('You cannot specify both RetiringPrincipal and RetiringServicePrincipal.')
  }
  if (granteeService !== undefined) {
    if (constraints?.SourceArn === undefined) {
      throw validation('GranteeServicePrincipal requires a SourceArn grant constraint.')
    }
    if (retiring === undefined && retiringService === undefined) {
      throw validation(
        'GranteeServicePrincipal requires RetiringPrincipal or RetiringServicePrincipal.',
      )
    }
  }
  return {
    ...(name !== undefined && { name }),
    ...(grantee !== undefined && { grantee }),
    ...(granteeService !== undefined && { granteeService }),
    ...(retiring !== undefined && { retiring }),
    ...(retiringService !== undefined && { retiringService }),
    operations,
    ...(constraints !== undefined && { constraints }),
  }
}

/** A user, role, session or account: `InvalidArnException` for whatever is none. */
export function readPrincipal(input: Input, name: string): string | undefined {
  const arn = optionalText(input, name, PRINCIPAL)
  if (arn === undefined || isPrincipalArn(arn)) return arn
  throw new AwsError('InvalidArnException', `ARN does not refer to a valid principal: ${arn}`)
}

/** Named as AWS names its services; none of them calls this keeper. */
export function readService(input: Input, name: string): string | undefined {
  const service = optionalText(input, name, PRINCIPAL)
  if (service === undefined || isServicePrincipal(service)) return service
  throw validation(`${service} is not a valid service principal.`)
}

export function readGrantId(input: Input): string | undefined {
  const id = optionalText(input, 'GrantId', GRANT_ID)
  if (id === undefined || GRANT_ID_FORM.test(id)) return id
  throw new AwsError('InvalidGrantIdException', `Invalid grant ID ${id}`)
}

function readOperations(input: Input): readonly GrantOperation[] {
  const list = optionalList(input, 'Operations')
  if (list === undefined) throw missing('Operations')
  if (list.length === 0) throw validation('Operations must name at least one operation.')
  const known = GRANT_OPERATIONS.filter((operation) => list.includes(operation))
  for (const operation of list) {
    if (known.includes(operation as GrantOperation)) continue
    throw constraint(
      'Operations',
      `satisfy constraint: [Member must satisfy enum value set: [${GRANT_OPERATIONS.join(', ')}]]`,
    )
  }
  return known
}

function readConstraints(input: Input): GrantConstraints | undefined {
  const { Constraints: given } = input
  if (given === undefined || given === null) return undefined
  if (typeof given !== 'object' || Array.isArray(given)) throw notStructure()
  const constraints = given as Input
  const equal = readPairs(constraints, 'EncryptionContextEquals')
  const subset = readPairs(constraints, 'EncryptionContextSubset')
  const sourceArn = optionalText(constraints, 'SourceArn', { min: 1, max: 2_048 })
  if (sourceArn !== undefined && !/^arn:aws[a-z-]*:[^:]+:[^:]*:[^:]*:.+$/.test(sourceArn)) {
    throw new AwsError('InvalidArnException', sourceArn)
  }
  if (equal === undefined && subset === undefined && sourceArn === undefined) return undefined
  return {
    ...(equal !== undefined && { EncryptionContextEquals: equal }),
    ...(subset !== undefined && { EncryptionContextSubset: subset }),
    ...(sourceArn !== undefined && { SourceArn: sourceArn }),
  }
}

/** API Reference, CreateGrant: up to 8 pairs, values of at most 384 characters. */
function readPairs(input: Input, name: string): Readonly<Record<string, string>> | undefined {
  const given = input[name] ?? undefined
  if (given === undefined) return undefined
  if (typeof given !== 'object' || Array.isArray(given)) throw notStructure()
  const pairs = Object.entries(given as object)
  if (pairs.length > PAIRS_MAX) throw validation(`${name} has more than ${PAIRS_MAX} pairs.`)
  for (const [key, value] of pairs as readonly [string, unknown][]) {
    if (typeof value !== 'string') throw notStructure()
    if (key === '') throw validation(`${name} has a pair without a name.`)
    if (key.length > VALUE_LENGTH_MAX || value.length > VALUE_LENGTH_MAX) {
      throw validation(`A value of ${name} is longer than ${VALUE_LENGTH_MAX} characters.`)
    }
  }
  // In the order of their names, so that the same pairs are the same text.
  return Object.fromEntries(pairs.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

function notStructure(): AwsError {
  return new AwsError('SerializationException', 'A member of the request is not a structure.')
}

const EVERYWHERE: readonly GrantOperation[] = ['CreateGrant', 'DescribeKey', 'RetireGrant']
const SYMMETRIC: readonly GrantOperation[] = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
]
const ASYMMETRIC: Readonly<Record<KeyUsage, readonly GrantOperation[]>> = {
  ENCRYPT_DECRYPT: ['Decrypt', 'Encrypt', 'GetPublicKey', 'ReEncryptFrom', 'ReEncryptTo'],
  SIGN_VERIFY: ['GetPublicKey', 'Sign', 'Verify'],
  GENERATE_VERIFY_MAC: ['GenerateMac', 'VerifyMac'],
  KEY_AGREEMENT: ['DeriveSharedSecret', 'GetPublicKey'],
  ENCAPSULATE_DECAPSULATE: ['Decapsulate', 'Encapsulate', 'GetPublicKey'],
}

/** Developer Guide, "Grant operations": each on the keys that know it; contexts on symmetric keys only. */
export function assertGrantFits(
  { operations, constraints }: GrantWish,
  keySpec: string,
  keyUsage: KeyUsage,
): void {
  const isSymmetric = keySpec === 'SYMMETRIC_DEFAULT'
  const able = [...(isSymmetric ? SYMMETRIC : ASYMMETRIC[keyUsage]), ...EVERYWHERE]
  const other = operations.filter((operation) => !able.includes(operation))
  if (other.length > 0) {
    throw validation(
      `Operations [${other.join(', ')}] are not valid for a KMS key with key spec ${keySpec} and key usage ${keyUsage}.`,
    )
  }
  const { EncryptionContextEquals: equal, EncryptionContextSubset: subset } = constraints ?? {}
  if (!isSymmetric && (equal !== undefined || subset !== undefined)) {
    throw validation(
      'Encryption context grant constraints are valid only for symmetric encryption KMS keys.',
    )
  }
}
