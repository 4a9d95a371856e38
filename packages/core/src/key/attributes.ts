import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import { type KeyId, parseName, type PrincipalId, type TenantId } from '../id.ts'
import {
  CRYPTOPERIOD_DAYS_MAX,
  CRYPTOPERIOD_DAYS_MIN,
  type Cryptoperiod,
  type PeriodDays,
  periodMs,
} from './cryptoperiod.ts'
import type { Key, KeyOrigin, UsageLimits } from './key.ts'
import { defaultCryptoperiod, type KeyType, keyTypeOf } from './key-type.ts'
import { assertMechanisms, defaultMechanisms, type Mechanism, parseMechanism } from './mechanism.ts'
import { type Purpose, PURPOSES } from './purpose.ts'
import { type KeySpec, parseKeySpec, specFacts } from './spec.ts'

export const DESCRIPTION_LENGTH_MAX = 1_024
export const OWNER_LENGTH_MAX = 256
export const LABELS_MAX = 64
export const LABEL_KEY_LENGTH_MAX = 128
export const LABEL_VALUE_LENGTH_MAX = 256

/** What a caller says of a key to be made. Everything but the name and the spec has a default. */
export interface KeyRequest {
  readonly name: string
  readonly spec: string
  readonly purpose?: string
  readonly mechanisms?: readonly string[]
  readonly description?: string
  readonly owner?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly exportable?: boolean
  readonly cryptoperiod?: Partial<Cryptoperiod>
  readonly limits?: UsageLimits
}

/** A request with every default filled in and every rule checked. */
export interface KeyAttributes {
  readonly name: string
  readonly spec: KeySpec
  readonly purpose: Purpose
  readonly keyType: KeyType
  readonly mechanisms: readonly Mechanism[]
  readonly description: string
  readonly owner: string
  readonly labels: Readonly<Record<string, string>>
  readonly exportable: boolean
  readonly cryptoperiod: Cryptoperiod
  readonly limits: UsageLimits
}

/** Throws `invalid-input` naming the attribute that is wrong. */
export function parseKeyAttributes(request: KeyRequest): KeyAttributes {
  const spec = parseKeySpec(request.spec)
  const purpose =
    request.purpose === undefined ? defaultPurpose(spec) : parsePurpose(request.purpose)
  const keyType = keyTypeOf(spec, purpose)
  return {
    name: parseName(request.name, 'key'),
    spec,
    purpose,
    keyType,
    mechanisms: parseMechanisms(request.mechanisms, spec, purpose),
    description: parseDescription(request.description ?? ''),
    owner: parseOwner(request.owner ?? ''),
    labels: parseLabels(request.labels ?? {}),
    exportable: request.exportable ?? false,
    cryptoperiod: parseCryptoperiod(request.cryptoperiod ?? {}, keyType),
    limits: parseUsageLimits(request.limits ?? {}),
  }
}

/** The first purpose the spec's own table names. */
export function defaultPurpose(spec: KeySpec): Purpose {
  return specFacts(spec).purposes[0] as Purpose
}

export function parsePurpose(text: string): Purpose {
  const purpose = PURPOSES.find((known) => known === text)
  if (purpose !== undefined) return purpose
  throw new KeeperError('invalid-input', `unknown purpose \`${text.slice(0, 40)}\``, {
    details: { known: PURPOSES },
  })
}

export function parseMechanisms(
  names: readonly string[] | undefined,
  spec: KeySpec,
  purpose: Purpose,
): readonly Mechanism[] {
  const mechanisms = names?.map(parseMechanism) ?? defaultMechanisms(spec, purpose)
  assertMechanisms(mechanisms, spec, purpose)
  return mechanisms
}

/** Text for people may have lines; nothing else that a terminal would act on. */
const CONTROLS_BUT_LINES = /[\p{Cc}--[\n\t]]/v
const CONTROLS = /\p{Cc}/u

export function parseDescription(text: string): string {
  return parseText(text, 'description', DESCRIPTION_LENGTH_MAX, CONTROLS_BUT_LINES)
}

export function parseOwner(text: string): string {
  return parseText(text, 'owner', OWNER_LENGTH_MAX, CONTROLS)
}

function parseText(text: string, what: string, lengthMax: number, refused: RegExp): string {
  if (text.length > lengthMax) {
    throw new KeeperError('invalid-input', `${what} must be at most ${lengthMax} characters long`)
  }
  // Lone surrogates have no UTF-8, and the record is authenticated as UTF-8.
  if (!text.isWellFormed() || refused.test(text)) {
    throw new KeeperError(
      'invalid-input',
      `${what} must be well-formed text without control characters`,
    )
  }
  return text
}

/** No `=`: the store finds labels as `key=value`. No space at either end. */
const LABEL_KEY = /^[\p{L}\p{N}_.:/+@-](?:[\p{L}\p{N}_.:/+@ -]*[\p{L}\p{N}_.:/+@-])?$/u

export function parseLabels(
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const entries = Object.entries(labels)
  if (entries.length > LABELS_MAX) {
    throw new KeeperError('invalid-input', `a key carries at most ${LABELS_MAX} labels`)
  }
  for (const [key, value] of entries) {
    if (key.length > LABEL_KEY_LENGTH_MAX || !LABEL_KEY.test(key) || key === '__proto__') {
      throw new KeeperError(
        'invalid-input',
        `a label's key must be 1 to ${LABEL_KEY_LENGTH_MAX} letters, digits, spaces or _ . : / + @ -`,
      )
    }
    parseText(value, "a label's value", LABEL_VALUE_LENGTH_MAX, CONTROLS)
  }
  return Object.fromEntries(entries)
}

/**
 * Whole days, and processing no shorter than protecting (SP 800-57 pt1 §5.3.5). What is not given follows
 * the key type's own row of table 1, keeping the distance between the two. `unlimited` must be asked for.
 */
export function parseCryptoperiod(given: Partial<Cryptoperiod>, keyType: KeyType): Cryptoperiod {
  const usual = defaultCryptoperiod(keyType)
  const protectDays = parseDays(given.protectDays ?? usual.protectDays, 'protectDays')
  if (usual.processDays === 0) {
    if (given.processDays === undefined || given.processDays === 0)
      return { protectDays, processDays: 0 }
    throw new KeeperError(
      'invalid-input',
      `a ${keyType} key has no recipient-usage period; omit processDays`,
    )
  }
  const extraDays = usual.processDays - usual.protectDays
  const following =
    protectDays === 'unlimited'
      ? protectDays
      : Math.min(protectDays + extraDays, CRYPTOPERIOD_DAYS_MAX)
  const processDays = parseDays(given.processDays ?? following, 'processDays')
  if (periodMs(processDays) < periodMs(protectDays)) {
    throw new KeeperError('invalid-input', 'processDays must be at least protectDays')
  }
  return { protectDays, processDays }
}

function parseDays(days: PeriodDays, what: string): PeriodDays {
  if (days === 'unlimited') return days
  if (
    Number.isSafeInteger(days) &&
    days >= CRYPTOPERIOD_DAYS_MIN &&
    days <= CRYPTOPERIOD_DAYS_MAX
  ) {
    return days
  }
  throw new KeeperError(
    'invalid-input',
    `${what} must be a whole number of days, ${CRYPTOPERIOD_DAYS_MIN} to ${CRYPTOPERIOD_DAYS_MAX}, or \`unlimited\``,
  )
}

export function parseUsageLimits(given: UsageLimits): UsageLimits {
  const { invocationsMax, bytesMax } = given
  return {
    ...(invocationsMax !== undefined && {
      invocationsMax: parseLimit(invocationsMax, 'invocationsMax'),
    }),
    ...(bytesMax !== undefined && { bytesMax: parseLimit(bytesMax, 'bytesMax') }),
  }
}

function parseLimit(limit: number, what: string): number {
  if (Number.isSafeInteger(limit) && limit >= 1) return limit
  throw new KeeperError('invalid-input', `${what} must be a whole number, at least 1`)
}

export interface KeyBirth {
  readonly id: KeyId
  readonly tenant: TenantId
  readonly attributes: KeyAttributes
  readonly origin: KeyOrigin
  readonly custody: string
  readonly externalId?: string | undefined
  readonly at: Instant
  readonly by: PrincipalId
}

/** A key without versions yet: the first is number 1, and nothing protects until one is active. */
export function buildKey(birth: KeyBirth): Key {
  const { id, tenant, attributes, origin, custody, externalId, at, by } = birth
  return {
    id,
    tenant,
    ...attributes,
    origin,
    custody,
    ...(externalId !== undefined && { externalId }),
    currentVersion: 0,
    lastVersion: 0,
    state: 'pre-active',
    createdAt: at,
    createdBy: by,
    updatedAt: at,
  }
}
