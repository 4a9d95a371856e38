import { BytesError, decodeBase64 } from '@claviger/bytes'
import { AwsError, validation } from './error.ts'

/** The body of a call, as JSON gave it. */
export type Input = Readonly<Record<string, unknown>>

/** The length of a blob or text, or the value of a number: both ends included. */
export interface Range {
  readonly min: number
  readonly max: number
}

// The shapes of AWS's model that the cryptographic actions share.
export const PLAINTEXT: Range = { min: 1, max: 4_096 }
export const CIPHERTEXT: Range = { min: 1, max: 6_144 }

const GRANT_TOKENS_MAX = 10
const GRANT_TOKEN: Range = { min: 1, max: 8_192 }

/** A member as AWS's messages spell it: `Plaintext` is `plaintext` there. */
const spelled = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}`

/** AWS's sentence for one violated constraint of its model. `value` is left out where it may be secret. */
export function constraint(name: string, member: string, value?: string): AwsError {
  const shown = value === undefined ? 'Value at' : `Value ${value} at`
  return validation(
    `1 validation error detected: ${shown} '${spelled(name)}' failed to satisfy constraint: Member must ${member}`,
  )
}

export function missing(name: string): AwsError {
  return constraint(name, 'not be null', 'null')
}

function wrongType(expected: string): AwsError {
  return new AwsError('SerializationException', `A member of the request is not ${expected}.`)
}

function required<Value>(name: string, value: Value | undefined): Value {
  if (value === undefined) throw missing(name)
  return value
}

/** Null is absent, as in every AWS protocol. */
function member(input: Input, name: string): unknown {
  return input[name] ?? undefined
}

/** Bytes of the caller's own, which whoever asked for them may wipe. */
export function optionalBlob(input: Input, name: string, range: Range): Uint8Array | undefined {
  const value = member(input, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw wrongType('a blob')
  let bytes: Uint8Array
  try {
    bytes = decodeBase64(value)
  } catch (error) {
    if (error instanceof BytesError) throw wrongType('valid base64')
    throw error
  }
  assertLength(name, bytes.length, range)
  return bytes
}

export function blob(input: Input, name: string, range: Range): Uint8Array {
  return required(name, optionalBlob(input, name, range))
}

function assertLength(name: string, length: number, { min, max }: Range): void {
  if (length < min) throw constraint(name, `have length greater than or equal to ${min}`)
  if (length > max) throw constraint(name, `have length less than or equal to ${max}`)
}

export function optionalText(input: Input, name: string, range: Range): string | undefined {
  const value = member(input, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw wrongType('a string')
  // RFC 8259 §8.2: JSON can spell half a surrogate pair, which no UTF-8 can, and so no record.
  if (!value.isWellFormed()) throw wrongType('well-formed text')
  assertLength(name, value.length, range)
  return value
}

/** One of a closed set; AWS names the whole set in its refusal. */
export function optionalOneOf<Choice extends string>(
  input: Input,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = member(input, name)
  if (value === undefined) return undefined
  if (typeof value !== 'string') throw wrongType('a string')
  if ((choices as readonly string[]).includes(value)) return value as Choice
  throw constraint(
    name,
    `satisfy enum value set: [${choices.join(', ')}]`,
    `'${value.slice(0, 64)}'`,
  )
}

export function oneOf<Choice extends string>(
  input: Input,
  name: string,
  choices: readonly Choice[],
): Choice {
  return required(name, optionalOneOf(input, name, choices))
}

export function optionalInteger(input: Input, name: string, range: Range): number | undefined {
  const value = member(input, name)
  if (value === undefined) return undefined
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType('an integer')
  if (value < range.min) {
    throw constraint(name, `have value greater than or equal to ${range.min}`, `'${value}'`)
  }
  if (value > range.max) {
    throw constraint(name, `have value less than or equal to ${range.max}`, `'${value}'`)
  }
  return value
}

export function flag(input: Input, name: string): boolean {
  const value = member(input, name)
  if (value === undefined) return false
  if (typeof value !== 'boolean') throw wrongType('a boolean')
  return value
}

export function optionalList(input: Input, name: string): readonly unknown[] | undefined {
  const value = member(input, name)
  if (value === undefined) return undefined
  if (!Array.isArray(value)) throw wrongType('a list')
  return value as readonly unknown[]
}

const NONE: readonly string[] = Object.freeze([])

export function grantTokens(input: Input): readonly string[] {
  const list = optionalList(input, 'GrantTokens')
  if (list === undefined) return NONE
  if (list.length > GRANT_TOKENS_MAX) {
    throw constraint('GrantTokens', `have length less than or equal to ${GRANT_TOKENS_MAX}`)
  }
  for (const token of list) {
    if (typeof token !== 'string') throw wrongType('a string')
    assertLength('GrantTokens', token.length, GRANT_TOKEN)
  }
  return list as readonly string[]
}
