import { KeeperError } from '../error.ts'
import type { UsualCryptoperiod } from './cryptoperiod.ts'
import type { Purpose } from './purpose.ts'
import { type KeySpec, specFacts } from './spec.ts'

/** The 19 key types of SP 800-57 pt1 §5.1.1, in its order. */
export const KEY_TYPES = [
  'private-signature',
  'public-signature-verification',
  'symmetric-authentication',
  'private-authentication',
  'public-authentication',
  'symmetric-data-encryption',
  'symmetric-key-wrapping',
  'symmetric-random-number-generation',
  'symmetric-master',
  'private-key-transport',
  'public-key-transport',
  'symmetric-key-agreement',
  'private-static-key-agreement',
  'public-static-key-agreement',
  'private-ephemeral-key-agreement',
  'public-ephemeral-key-agreement',
  'symmetric-authorization',
  'private-authorization',
  'public-authorization',
] as const
export type KeyType = (typeof KEY_TYPES)[number]

/** What the end of the originator-usage period does to a key that was not compromised (§7.2, T5 and T8). */
export type EndOfProtection = 'deactivate' | 'destroy'

export interface KeyTypeFacts {
  readonly half: 'symmetric' | 'private' | 'public'
  readonly cryptoperiod: UsualCryptoperiod
  readonly endOfProtection: EndOfProtection
  /** The type of the public half of this private type. */
  readonly publicCounterpart?: KeyType
  /** SP 800-57 pt1 rev6 (draft) tells keys that store keys from keys that establish them. */
  readonly wraps?: 'storage' | 'establishment'
}

const YEAR_DAYS = 365

/** Periods in years as §5.3.6 table 1 gives them; 0 is its dash. */
const years = (protect: number, process: number): UsualCryptoperiod => ({
  protectDays: protect * YEAR_DAYS,
  processDays: process * YEAR_DAYS,
})
/** "One transaction": a day is the shortest period the keeper keeps; the operation destroys it at once. */
const ONE_TRANSACTION: UsualCryptoperiod = { protectDays: 1, processDays: 0 }

const facts = (
  half: KeyTypeFacts['half'],
  cryptoperiod: UsualCryptoperiod,
  endOfProtection: EndOfProtection,
  more: Pick<KeyTypeFacts, 'publicCounterpart' | 'wraps'> = {},
): KeyTypeFacts => ({ half, cryptoperiod, endOfProtection, ...more })

/**
 * SP 800-57 pt1 §5.3.6 table 1 at its upper bounds, and §7.2 transitions 5 and 8. Where the table says
 * "several years" (public verification) the keeper takes ten. Public ephemeral and public authorization
 * keys end with their private halves, as transition 5 recommends, so that those pairs never diverge.
 */
export const KEY_TYPE_FACTS: Readonly<Record<KeyType, KeyTypeFacts>> = {
  'private-signature': facts('private', years(3, 0), 'destroy', {
    publicCounterpart: 'public-signature-verification',
  }),
  'public-signature-verification': facts('public', years(3, 10), 'deactivate'),
  'symmetric-authentication': facts('symmetric', years(2, 5), 'deactivate'),
  'private-authentication': facts('private', years(2, 0), 'destroy', {
    publicCounterpart: 'public-authentication',
  }),
  'public-authentication': facts('public', years(2, 2), 'deactivate'),
  'symmetric-data-encryption': facts('symmetric', years(2, 5), 'deactivate'),
  'symmetric-key-wrapping': facts('symmetric', years(2, 5), 'deactivate', { wraps: 'storage' }),
  // SP 800-90A bounds a DRBG by requests between reseeds rather than by days.
  'symmetric-random-number-generation': facts('symmetric', ONE_TRANSACTION, 'destroy'),
  'symmetric-master': facts('symmetric', years(1, 0), 'destroy'),
  // Table 1 has two years and lets them be longer where what was transported is stored (its note on 10).
  'private-key-transport': facts('private', years(2, 5), 'deactivate', {
    publicCounterpart: 'public-key-transport',
    wraps: 'establishment',
  }),
  'public-key-transport': facts('public', years(2, 2), 'deactivate', { wraps: 'establishment' }),
  'symmetric-key-agreement': facts('symmetric', years(2, 2), 'deactivate'),
  'private-static-key-agreement': facts('private', years(2, 2), 'deactivate', {
    publicCounterpart: 'public-static-key-agreement',
  }),
  'public-static-key-agreement': facts('public', years(2, 2), 'deactivate'),
  'private-ephemeral-key-agreement': facts('private', ONE_TRANSACTION, 'destroy', {
    publicCounterpart: 'public-ephemeral-key-agreement',
  }),
  'public-ephemeral-key-agreement': facts('public', ONE_TRANSACTION, 'destroy'),
  'symmetric-authorization': facts('symmetric', years(2, 0), 'destroy'),
  'private-authorization': facts('private', years(2, 0), 'destroy', {
    publicCounterpart: 'public-authorization',
  }),
  'public-authorization': facts('public', years(2, 2), 'destroy'),
}

export type DefaultCryptoperiods = Readonly<Record<KeyType, UsualCryptoperiod>>

/** Table 1 by type: each half of a pair has its own row. `defaultCryptoperiod` joins them. */
export const DEFAULT_CRYPTOPERIODS: DefaultCryptoperiods = Object.fromEntries(
  KEY_TYPES.map((keyType) => [keyType, KEY_TYPE_FACTS[keyType].cryptoperiod]),
) as Record<KeyType, UsualCryptoperiod>

/**
 * The period of a key of this type: a pair protects as long as its private half may and processes as long
 * as the half that processes may.
 */
export function defaultCryptoperiod(keyType: KeyType): UsualCryptoperiod {
  const own = KEY_TYPE_FACTS[keyType].cryptoperiod
  const counterpart = publicKeyTypeOf(keyType)
  if (counterpart === undefined || own.processDays > 0) return own
  return { ...own, processDays: KEY_TYPE_FACTS[counterpart].cryptoperiod.processDays }
}

/** The types that only special roles use; everything else follows from form and purpose. */
const BY_PURPOSE: Readonly<Record<Purpose, { symmetric?: KeyType; pair?: KeyType }>> = {
  encrypt: { symmetric: 'symmetric-data-encryption', pair: 'private-key-transport' },
  sign: { pair: 'private-signature' },
  mac: { symmetric: 'symmetric-authentication' },
  wrap: { symmetric: 'symmetric-key-wrapping', pair: 'private-key-transport' },
  derive: { symmetric: 'symmetric-master' },
  agree: { pair: 'private-static-key-agreement' },
  encapsulate: { pair: 'private-key-transport' },
}

/** The type of a key (of its private half, for a pair); `invalid-input` when the spec has no such purpose. */
export function keyTypeOf(spec: KeySpec, purpose: Purpose): KeyType {
  const { form, purposes } = specFacts(spec)
  const keyType = purposes.includes(purpose) ? BY_PURPOSE[purpose][form] : undefined
  if (keyType !== undefined) return keyType
  throw new KeeperError(
    'invalid-input',
    `a key of spec \`${spec}\` cannot have purpose \`${purpose}\`; choose one of ${purposes.join(', ')}`,
    { details: { spec, purpose, permitted: purposes } },
  )
}

/** The type of the public half; undefined for symmetric types and for types that are public already. */
export function publicKeyTypeOf(keyType: KeyType): KeyType | undefined {
  return KEY_TYPE_FACTS[keyType].publicCounterpart
}

/**
 * Finer than the 19: a KEM pair is a kind of key-transport pair (10, 11; SP 800-227), and an SP 800-108
 * key-derivation key a kind of master key (9).
 */
export type KeySubtype = 'kem' | 'key-derivation'

export function keySubtypeOf(purpose: Purpose): KeySubtype | undefined {
  if (purpose === 'encapsulate') return 'kem'
  return purpose === 'derive' ? 'key-derivation' : undefined
}
