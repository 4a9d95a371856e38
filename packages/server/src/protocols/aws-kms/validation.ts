import { AwsError } from './error.ts'
import {
  constraint,
  type Input,
  missing,
  optionalList,
  optionalText,
  type Range,
} from './members.ts'

/** A text member whose shape in AWS's model has a pattern. */
export interface Pattern {
  readonly matches: RegExp
  /** As AWS's message spells it. */
  readonly shown: string
}

export const REGION: Pattern = {
  matches: /^([a-z]+-){2,3}\d+$/,
  shown: '^([a-z]+-){2,3}\\d+$',
}

export function patterned(name: string, value: string, { matches, shown }: Pattern): string {
  if (matches.test(value)) return value
  throw constraint(name, `satisfy regular expression pattern: ${shown}`, `'${value.slice(0, 64)}'`)
}

export function text(input: Input, name: string, range: Range): string {
  const value = optionalText(input, name, range)
  if (value === undefined) throw missing(name)
  return value
}

/** A time as awsJson1_1 carries it: seconds since 1970, fractions allowed; in milliseconds here. */
export function optionalTime(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new AwsError('SerializationException', 'A member of the request is not a timestamp.')
  }
  return Math.round(value * 1_000)
}

/** The same the other way round. */
export const seconds = (instant: number): number => instant / 1_000

/** A list of structures, each looked at by `read`. */
export function structures<Item>(
  input: Input,
  name: string,
  read: (item: Input) => Item,
): readonly Item[] | undefined {
  return optionalList(input, name)?.map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) {
      throw new AwsError('SerializationException', 'A member of the request is not a structure.')
    }
    return read(item as Input)
  })
}
