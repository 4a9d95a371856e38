import type { Lookup } from './lookup.ts'
import { malformed } from './malformed.ts'
import { isInRange, parseAddress, parseRange } from './ip-range.ts'
import { compilePattern, isArnMatch, isMatch, isMatchIgnoringCase } from './pattern.ts'

/** Whether one value of the request is what one value of the policy asks for. */
export type ValueTest = (given: string, lookup: Lookup) => boolean

export interface Operator {
  /** `…Not…`: holds where none of the policy's values is met, and where the key is absent. */
  readonly negated: boolean
  readonly compile: (wanted: string, variables: boolean) => ValueTest
}

type Ordering = (given: number, wanted: number) => boolean

const ORDERINGS = {
  Equals: (given, wanted) => given === wanted,
  LessThan: (given, wanted) => given < wanted,
  LessThanEquals: (given, wanted) => given <= wanted,
  GreaterThan: (given, wanted) => given > wanted,
  GreaterThanEquals: (given, wanted) => given >= wanted,
} as const satisfies Readonly<Record<string, Ordering>>

const text =
  (wildcards: boolean, test: typeof isMatch) =>
  (wanted: string, variables: boolean): ValueTest => {
    const pattern = compilePattern(wanted, { wildcards, variables })
    return (given, lookup) => test(pattern, given, lookup)
  }

const ordered =
  (kind: string, parse: (text: string) => number, ordering: Ordering) =>
  (wanted: string): ValueTest => {
    const bound = parse(wanted)
    if (Number.isNaN(bound)) throw malformed(`Invalid ${kind} value in condition: ${wanted}`)
    // NaN is in no order with anything: a value of the request that is no number meets nothing.
    return (given) => ordering(parse(given), bound)
  }

const NUMBER = /^[+-]?\d{1,20}(?:\.\d{1,20})?$/
const parseNumber = (value: string): number => (NUMBER.test(value) ? Number(value) : Number.NaN)

/** The W3C profile of ISO 8601 that IAM names, or seconds since 1970. */
const DATE = /^\d{4}(?:-\d\d(?:-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?$/
const EPOCH = /^\d{1,12}$/
function parseDate(value: string): number {
  // Four digits are a year.
  if (DATE.test(value)) return Date.parse(value)
  return EPOCH.test(value) ? Number(value) * 1_000 : Number.NaN
}

function parseBoolean(wanted: string): string {
  const value = wanted.toLowerCase()
  if (value === 'true' || value === 'false') return value
  throw malformed(`Invalid boolean value in condition: ${wanted}`)
}

function boolean(wanted: string): ValueTest {
  const value = parseBoolean(wanted)
  return (given) => given.toLowerCase() === value
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
function binary(wanted: string): ValueTest {
  if (!BASE64.test(wanted)) throw malformed(`Invalid binary value in condition: ${wanted}`)
  return (given) => given === wanted
}

function address(wanted: string): ValueTest {
  const range = parseRange(wanted)
  if (range === undefined) throw malformed(`Invalid IP address in condition: ${wanted}`)
  return (given) => {
    const bytes = parseAddress(given)
    return bytes !== undefined && isInRange(range, bytes)
  }
}

const is = (compile: Operator['compile']): Operator => ({ negated: false, compile })
const isNot = (compile: Operator['compile']): Operator => ({ negated: true, compile })

function orderedOperators(kind: string, parse: (text: string) => number): [string, Operator][] {
  const all = Object.entries(ORDERINGS).map(([name, ordering]): [string, Operator] => [
    `${kind}${name}`,
    is(ordered(kind.toLowerCase(), parse, ordering)),
  ])
  return [...all, [`${kind}NotEquals`, isNot(ordered(kind.toLowerCase(), parse, ORDERINGS.Equals))]]
}

const equals = text(false, isMatch)
const equalsIgnoringCase = text(false, isMatchIgnoringCase)
const like = text(true, isMatch)
const arn = text(true, isArnMatch)

/** Every condition operator but `Null` (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', is(equals)],
  ['StringNotEquals', isNot(equals)],
  ['StringEqualsIgnoreCase', is(equalsIgnoringCase)],
  ['StringNotEqualsIgnoreCase', isNot(equalsIgnoringCase)],
  ['StringLike', is(like)],
  ['StringNotLike', isNot(like)],
  // Both pairs behave alike, wildcards and all.
  ['ArnEquals', is(arn)],
  ['ArnLike', is(arn)],
  ['ArnNotEquals', isNot(arn)],
  ['ArnNotLike', isNot(arn)],
  ['Bool', is(boolean)],
  ['BinaryEquals', is(binary)],
  ['IpAddress', is(address)],
  ['NotIpAddress', isNot(address)],
  ...orderedOperators('Numeric', parseNumber),
  ...orderedOperators('Date', parseDate),
])

/** `Null`: whether the key must be absent. */
export const parseNull = (wanted: string): boolean => parseBoolean(wanted) === 'true'
