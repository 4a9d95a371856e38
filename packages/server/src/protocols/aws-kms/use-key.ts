import {
  awaitedVersions,
  type DataOperation,
  type ErrorCode,
  type Instant,
  isKeeperError,
  type KeeperError,
  type Key,
  type KeyUse,
  type MaybePromise,
  type RequestContext,
} from '@claviger/core'
import type { AwsCall } from './call.ts'
import { invalidCiphertext } from './ciphertext-blob.ts'
import { AwsError, notFound, validation } from './error.ts'
import type { AwsKey } from './key-reference.ts'
import { custodyException } from './key-store/words.ts'
import { awsWordsOf, type AwsKeyWords, type KeyUsage } from './key-spec.ts'

/** What AWS asks of a key before it is used. */
export interface UseRules {
  readonly key: AwsKey
  readonly call: Pick<AwsCall, 'action' | 'ports'>
  readonly usage: KeyUsage
  readonly algorithm: string
  /** What the input is to the key, once that is found fit: AWS looks at it last. */
  readonly check?: (key: Key) => void
  /** How AWS words an input that the domain finds wrong; `ValidationException` unless told otherwise. */
  readonly wrongInput?: () => AwsError
  readonly dryRun?: boolean
  /** Of a dry run that is to look at permissions alone (`IGNORE_CIPHERTEXT`). */
  readonly withoutInput?: boolean
}

/** An item of a data operation, with AWS's rules for it. */
export type Ruled<Item> = Item & { readonly rules: UseRules }

/** What a dry run does with the opened key before it is said that the call would have succeeded. */
type Rehearsal<Item> = (use: KeyUse, item: Ruled<Item>) => MaybePromise<void>

/**
 * The domain's operation, with AWS's rules where the domain refuses items: after policy has allowed, before
 * anything is opened. So what they refuse is recorded like any other refusal.
 */
export function ruled<Item, Result>(
  operation: DataOperation<Item, Result>,
  rehearse?: Rehearsal<Item>,
): DataOperation<Ruled<Item>, Result> {
  return {
    ...operation,
    check: (item, key) => {
      assertUse(item.rules, key)
      operation.check?.(item, key)
    },
    approvable: ({ rules: _rules, ...item }) => item,
    ...(rehearse !== undefined && { rehearse }),
  }
}

interface Used<Result> {
  readonly value: Result
  readonly key: Key
}

/** One use of a key by the one way in; what it throws is in AWS's words. */
export function useKey<Item, Result>(
  call: AwsCall,
  operation: DataOperation<Ruled<Item>, Result>,
  item: Ruled<Item>,
  request: RequestContext,
): Promise<Used<Result>> {
  return useKeyOnAny(call, operation, [item], item.rules, request)
}

/** The same with several items, of which the first that succeeds is the answer. */
export async function useKeyOnAny<Item, Result>(
  { ports, session }: AwsCall,
  operation: DataOperation<Ruled<Item>, Result>,
  items: readonly Ruled<Item>[],
  rules: UseRules,
  request: RequestContext,
): Promise<Used<Result>> {
  try {
    const { key, results } = await ports.keeper.executeData(
      session,
      operation,
      { key: rules.key.id, items, ...(rules.dryRun === true && { dryRun: true }) },
      request,
    )
    for (const result of results) if (result.ok) return { value: result.value, key }
    const errors = results.map((result) => (result.ok ? undefined : result.error))
    // What would have succeeded says so.
    throw errors.find((error) => error?.code === 'dry-run') ?? errors[0]
  } catch (error) {
    throw inWordsOfAws(error, rules)
  }
}

/** AWS's order: the state of the key, its usage, its algorithm, and then the input. */
export function assertUse({ key: named, call, usage, algorithm, check }: UseRules, key: Key): void {
  const { arn } = named
  assertEnabled(named, key, call.ports.now())
  const words = awsWordsOf(key)
  if (words?.keyUsage !== usage) {
    const known = words?.keyUsage ?? key.purpose
    throw wrongUsage(`${arn} key usage is ${known} which is not valid for ${call.action}.`)
  }
  if (!words.algorithms.includes(algorithm)) throw wrongAlgorithm(words, algorithm)
  check?.(key)
}

/** Developer guide, "Key states of AWS KMS keys": only enabled keys do cryptography. */
function assertEnabled(named: AwsKey, key: Key, now: Instant): void {
  assertEnabledOrDisabled(named, key, now)
  if (key.suspension === undefined && named.document.disabled !== true) return
  throw new AwsError('DisabledException', `${named.arn} is disabled.`)
}

/** What lets a public half out: AWS gives it of disabled keys too. */
export function assertEnabledOrDisabled({ arn, document }: AwsKey, key: Key, now: Instant): void {
  // The whole key is, or this region's share of it.
  if (key.destroyAt !== undefined || document.deletionDate !== undefined) {
    throw invalidState(`${arn} is pending deletion.`)
  }
  if (document.deletionWindowDays !== undefined) {
    throw invalidState(`${arn} is pending replica deletion.`)
  }
  // One of several materials missing is enough: what was encrypted under it could not be read.
  if (awaitedVersions(key, now).length > 0) throw invalidState(`${arn} is pending import.`)
}

const dryRunOperation = (): AwsError =>
  new AwsError(
    'DryRunOperationException',
    'The request would have succeeded, but the DryRun option is set.',
    { status: 412, code: 'dry-run' },
  )

const invalidState = (message: string): AwsError =>
  new AwsError('KMSInvalidStateException', message)

const wrongUsage = (message: string): AwsError => new AwsError('InvalidKeyUsageException', message)

function wrongAlgorithm({ keySpec }: AwsKeyWords, algorithm: string): AwsError {
  return wrongUsage(`Algorithm ${algorithm} is incompatible with key spec ${keySpec}.`)
}

/**
 * What the domain found wrong with this use, as AWS would say it; errors that do not belong to a key go on
 * to the wire as they are.
 */
export function inWordsOfAws(error: unknown, rules: UseRules): unknown {
  if (!isKeeperError(error) || error instanceof AwsError) return error
  const word = WORDS[error.code]
  return word === undefined ? error : word(error, rules)
}

type Word = (error: KeeperError, rules: UseRules) => AwsError

const wrongInput: Word = (error, rules) => rules.wrongInput?.() ?? validation(error.message)
/** Before its activation and after the end of its periods a key shows as disabled here. */
const wrongState: Word = ({ details }, { key: { arn } }) =>
  details['awaitsMaterial'] === true
    ? invalidState(`${arn} is pending import.`)
    : new AwsError('DisabledException', `${arn} is disabled.`)
const wrongWay: Word = (error, { key }) => wrongUsage(`${key.arn}: ${error.message}`)

const WORDS: Partial<Record<ErrorCode, Word>> = {
  'dry-run': () => dryRunOperation(),
  'authentication-failed': () => invalidCiphertext(),
  'invalid-input': wrongInput,
  'too-large': wrongInput,
  // A version that never was: the key itself has been found by now.
  'not-found': (_error, rules) =>
    rules.wrongInput?.() ?? notFound(`Key '${rules.key.arn}' does not exist`),
  'wrong-usage': wrongWay,
  'algorithm-disallowed': wrongWay,
  'wrong-state': wrongState,
  'period-over': wrongState,
  'risk-not-acknowledged': wrongState,
  'custody-unavailable': custodyException,
}
