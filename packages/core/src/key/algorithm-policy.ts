import { DAY_MS, type Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import {
  ALGORITHM_PROFILES,
  ALGORITHM_RULES,
  ALGORITHM_STATUSES,
  type AlgorithmProfile,
  type AlgorithmRule,
  type AlgorithmStatus,
  isApproved,
  statusOf,
} from './algorithm-rules.ts'
import type { Key } from './key.ts'
import { type Mechanism, MECHANISM_NAMES, mechanismFacts, notNamed, suits } from './mechanism.ts'
import type { Direction } from './purpose.ts'
import { KEY_SPEC_NAMES, type KeySpec } from './spec.ts'

export {
  ALGORITHM_PROFILES,
  type AlgorithmProfile,
  type AlgorithmStatus,
} from './algorithm-rules.ts'

/** How an algorithm stands on a day. */
export interface Judgement {
  readonly status: AlgorithmStatus
  /** Since when; absent where the status never began. */
  readonly since?: Instant
  /** When a stricter one begins; absent while none is known. */
  readonly until?: Instant
  readonly source: string
  /** Whether NIST approves the algorithm at all (FIPS 140-3 approved-mode indicator). */
  readonly approved: boolean
}

/** Judgements of the days asked about; emptied when full, so that a report cannot fill the memory. */
const JUDGEMENTS_MAX = 8_192
const judgements = new Map<number, Judgement>()

const indexOf = <Name extends string>(names: readonly Name[]): ReadonlyMap<Name, number> =>
  new Map(names.map((name, index) => [name, index]))
const SPEC_INDEX = indexOf(KEY_SPEC_NAMES)
const MECHANISM_INDEX = indexOf(MECHANISM_NAMES)
const PROFILE_INDEX = indexOf(ALGORITHM_PROFILES)

/**
 * How this use of an algorithm stands at `at`. Rules change at midnight UTC only, so a judgement holds for
 * its day and is remembered for it under one number: the hot path allocates nothing.
 */
export function judge(
  spec: KeySpec,
  mechanism: Mechanism,
  direction: Direction,
  profile: AlgorithmProfile,
  at: Instant,
): Judgement {
  const day = Math.floor(at / DAY_MS)
  let index = day * SPEC_INDEX.size + (SPEC_INDEX.get(spec) as number)
  index = index * MECHANISM_INDEX.size + (MECHANISM_INDEX.get(mechanism) as number)
  index = index * PROFILE_INDEX.size + (PROFILE_INDEX.get(profile) as number)
  index = index * 2 + (direction === 'protect' ? 0 : 1)
  const known = judgements.get(index)
  if (known !== undefined) return known
  if (judgements.size >= JUDGEMENTS_MAX) judgements.clear()
  const judgement = judgeOn(day * DAY_MS, spec, mechanism, direction, profile)
  judgements.set(index, judgement)
  return judgement
}

const severity = (status: AlgorithmStatus): number => ALGORITHM_STATUSES.indexOf(status)

function judgeOn(
  at: Instant,
  spec: KeySpec,
  mechanism: Mechanism,
  direction: Direction,
  profile: AlgorithmProfile,
): Judgement {
  const approved = isApproved(spec, mechanism)
  const rules = ALGORITHM_RULES.filter(
    (rule) => rule.profiles.includes(profile) && rule.concerns(spec, mechanism),
  )
  const weightOf = (rule: AlgorithmRule): number => severity(statusOf(rule, direction))
  let inForce: AlgorithmRule | undefined
  for (const rule of rules) {
    if (rule.from > at) continue
    const stricter = inForce === undefined || weightOf(rule) > weightOf(inForce)
    const earlier =
      inForce !== undefined && weightOf(rule) === weightOf(inForce) && rule.from < inForce.from
    if (stricter || earlier) inForce = rule
  }
  const weight = inForce === undefined ? 0 : weightOf(inForce)
  const coming = rules.filter((rule) => rule.from > at && weightOf(rule) > weight)
  const until = coming.length === 0 ? undefined : Math.min(...coming.map((rule) => rule.from))
  return Object.freeze({
    status: inForce === undefined ? 'acceptable' : statusOf(inForce, direction),
    ...(inForce !== undefined && inForce.from > 0 && { since: inForce.from }),
    ...(until !== undefined && { until }),
    source: inForce?.source ?? (approved ? 'SP 800-131A r2' : 'not a NIST-approved algorithm'),
    approved,
  })
}

/**
 * Whether this key may be used so, on this day: the key must name the mechanism (legacy ones are off
 * until it does), and the profile must not have ended it. Throws `algorithm-disallowed`.
 */
export function assertAlgorithm(
  key: Key,
  mechanism: Mechanism,
  direction: Direction,
  profile: AlgorithmProfile,
  at: Instant,
): void {
  if (!key.mechanisms.includes(mechanism)) throw notNamed(key, mechanism)
  const judgement = judge(key.spec, mechanism, direction, profile, at)
  const { status } = judgement
  if (status === 'acceptable' || status === 'deprecated') return
  if (status === 'legacy' && direction === 'process') return
  throw disallowed(key, mechanism, direction, judgement)
}

function disallowed(
  key: Key,
  mechanism: Mechanism,
  direction: Direction,
  judgement: Judgement,
): KeeperError {
  const { status, since, source } = judgement
  const day = since === undefined ? '' : ` since ${new Date(since).toISOString().slice(0, 10)}`
  const next =
    direction === 'protect' ? 'use a stronger key or mechanism' : 'the data must be protected anew'
  return new KeeperError(
    'algorithm-disallowed',
    `${mechanism} with ${key.spec} is ${status}${day} by ${source}; ${next}`,
    { details: { spec: key.spec, mechanism, direction, status, source, ...(since && { since }) } },
  )
}

export interface Retirement {
  readonly mechanism: Mechanism
  /** When protecting with it ended or will end. */
  readonly from: Instant
  readonly source: string
}

/**
 * The mechanisms a key of this spec may no longer protect with within `months` from `at`, those already
 * ended included, earliest first. Of the given mechanisms (a key's own), or of all that suit the spec and
 * are not legacy: when it names them all, keys of the spec must be replaced by then.
 */
export function disallowedWithin(
  spec: KeySpec,
  profile: AlgorithmProfile,
  at: Instant,
  months: number,
  mechanisms: readonly Mechanism[] = currentMechanisms(spec),
): readonly Retirement[] {
  const horizon = addMonths(at, months)
  const retirements: Retirement[] = []
  for (const mechanism of mechanisms) {
    const retirement = retirementOf(spec, mechanism, profile)
    if (retirement !== undefined && retirement.from <= horizon) retirements.push(retirement)
  }
  return retirements.toSorted((one, other) => one.from - other.from)
}

function currentMechanisms(spec: KeySpec): readonly Mechanism[] {
  return MECHANISM_NAMES.filter(
    (mechanism) => suits(mechanism, spec) && mechanismFacts(mechanism).legacy !== true,
  )
}

function retirementOf(
  spec: KeySpec,
  mechanism: Mechanism,
  profile: AlgorithmProfile,
): Retirement | undefined {
  let first: AlgorithmRule | undefined
  for (const rule of ALGORITHM_RULES) {
    if (!rule.profiles.includes(profile) || rule.protect !== 'disallowed') continue
    if (!rule.concerns(spec, mechanism)) continue
    if (first === undefined || rule.from < first.from) first = rule
  }
  return first && { mechanism, from: first.from, source: first.source }
}

/** Calendar months, UTC; a day the month does not have becomes its last. */
function addMonths(at: Instant, months: number): Instant {
  const date = new Date(at)
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime()
}
