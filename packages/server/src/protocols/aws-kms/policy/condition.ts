import type { Lookup } from './lookup.ts'
import { malformed, syntaxError } from './malformed.ts'
import { OPERATORS, parseNull, type ValueTest } from './operator.ts'

/** One line of a `Condition` block: an operator, a key and its values; all lines must hold. */
export type Condition = (lookup: Lookup) => boolean

type Quantifier = 'one' | 'all' | 'any'

const QUANTIFIERS: ReadonlyMap<string, Quantifier> = new Map([
  ['ForAllValues', 'all'],
  ['ForAnyValue', 'any'],
])
const KEY = /^[A-Za-z0-9-]+:[^\s]{1,512}$/
const VALUES_MAX = 2_048

export function parseConditions(block: unknown, variables: boolean): readonly Condition[] {
  if (block === undefined) return []
  const conditions: Condition[] = []
  for (const [name, keys] of membersOf(block)) {
    for (const [key, values] of membersOf(keys)) {
      if (!KEY.test(key)) {
        throw malformed(
          `Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: ${key.slice(0, 128)}`,
        )
      }
      conditions.push(parseCondition(name, key.toLowerCase(), valuesOf(values), variables))
    }
  }
  return conditions
}

function parseCondition(
  name: string,
  key: string,
  wanted: readonly string[],
  variables: boolean,
): Condition {
  const colon = name.indexOf(':')
  const prefix = colon < 0 ? undefined : name.slice(0, colon)
  const quantifier = prefix === undefined ? 'one' : QUANTIFIERS.get(prefix)
  const suffixed = name.slice(colon + 1)
  const ifExists = suffixed.endsWith('IfExists')
  const base = ifExists ? suffixed.slice(0, -'IfExists'.length) : suffixed
  if (quantifier === undefined) throw unknownOperator(name)
  if (base === 'Null') {
    if (ifExists) throw unknownOperator(name)
    const expected = wanted.map(parseNull)
    return (lookup) => expected.includes((lookup(key) ?? []).length === 0)
  }
  const operator = OPERATORS.get(base)
  if (operator === undefined) throw unknownOperator(name)
  const tests = wanted.map((value) => operator.compile(value, variables))
  return condition({ key, tests, quantifier, ifExists, negated: operator.negated })
}

interface Comparison {
  readonly key: string
  readonly tests: readonly ValueTest[]
  readonly quantifier: Quantifier
  readonly ifExists: boolean
  readonly negated: boolean
}

function condition({ key, tests, quantifier, ifExists, negated }: Comparison): Condition {
  // An absent key: IfExists says yes; so does ForAllValues, of which nothing is an example; ForAnyValue
  // says no; a plain operator says no, and a negated one yes.
  const absent = ifExists || quantifier === 'all' || (quantifier === 'one' && negated)
  return (lookup) => {
    const given = lookup(key)
    if (given === undefined || given.length === 0) return absent
    // Several values of the policy are alternatives (OR); to a negated operator, NOR.
    const meets = (value: string): boolean => tests.some((test) => test(value, lookup))
    if (quantifier === 'all') return given.every((value) => meets(value) !== negated)
    if (quantifier === 'any') return given.some((value) => meets(value) !== negated)
    return given.some(meets) !== negated
  }
}

const unknownOperator = (name: string): Error =>
  malformed(`Invalid Condition type : ${name.slice(0, 128)}.`)

function membersOf(value: unknown): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  return Object.entries(value)
}

/** A text, number or boolean, or a list of them; as the text that is compared. */
function valuesOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length > VALUES_MAX) throw syntaxError()
  return values.map((one) => {
    if (typeof one === 'string') return one
    if (typeof one === 'number' || typeof one === 'boolean') return String(one)
    throw syntaxError()
  })
}
