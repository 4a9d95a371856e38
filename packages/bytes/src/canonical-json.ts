// Canonical JSON: the subset of the JSON Canonicalization Scheme (RFC 8785) without fractions.
//
// Numbers are integers within ±(2^53 - 1), so RFC 8785 §3.2.2.3's double formatting never arises; object
// members are ordered by UTF-16 code units (§3.2.3); text must be well-formed (§3.2.2.2). Refused: other
// numbers and negative zero, lone surrogates, undefined, and values too deep. `parseCanonicalJson` accepts
// exactly what `canonicalJson` writes, so a parsed text and a hashed text cannot differ.
import { BytesError } from './error.ts'

export type CanonicalJson =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalJson[]
  | { readonly [member: string]: CanonicalJson }

const DEPTH_MAX = 32
const LENGTH_MAX_DEFAULT = 16 * 1024 * 1024

// A control, quote, backslash or surrogate: JSON.stringify may change these. Other text is quoted as it is.
const NEEDS_CARE = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** The canonical text of `value`. Members whose value is undefined are refused, not dropped. */
export function canonicalJson(value: CanonicalJson): string {
  return write(value, 0)
}

function write(value: CanonicalJson, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'number':
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
        throw new BytesError('out-of-range', 'number is not an integer within 2^53')
      }
      return String(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth >= DEPTH_MAX) throw new BytesError('too-long', `value is over ${DEPTH_MAX} deep`)
      return Array.isArray(value)
        ? writeArray(value as readonly CanonicalJson[], depth + 1)
        : writeObject(value as { readonly [member: string]: CanonicalJson }, depth + 1)
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      throw new BytesError('invalid-encoding', 'value has no JSON form')
  }
}

function writeArray(values: readonly CanonicalJson[], depth: number): string {
  let text = '['
  for (let index = 0; index < values.length; index++) {
    if (index > 0) text += ','
    text += write(values[index] as CanonicalJson, depth)
  }
  return `${text}]`
}

function writeObject(object: { readonly [member: string]: CanonicalJson }, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new BytesError('invalid-encoding', 'value is not a plain object')
  }
  // The default order of Array.prototype.sort is by UTF-16 code units, which is RFC 8785 §3.2.3's.
  const names = Object.keys(object).sort()
  let text = '{'
  for (let index = 0; index < names.length; index++) {
    const name = names[index] as string
    if (index > 0) text += ','
    text += `${quote(name)}:${write(object[name] as CanonicalJson, depth)}`
  }
  return `${text}}`
}

function quote(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`
  if (!text.isWellFormed()) throw new BytesError('invalid-encoding', 'text holds a lone surrogate')
  // JSON.stringify escapes as RFC 8785 §3.2.2.2 does: the short forms, lower-case \u00xx, nothing else.
  return JSON.stringify(text)
}

/**
 * Reads canonical text back. Anything but the one canonical spelling is refused: white space, another
 * member order, a duplicate member, other escapes, other numbers.
 */
export function parseCanonicalJson(text: string, lengthMax = LENGTH_MAX_DEFAULT): CanonicalJson {
  if (text.length > lengthMax)
    throw new BytesError('too-long', `text is over ${lengthMax} characters`)
  assertDepth(text)
  let value: CanonicalJson
  try {
    value = JSON.parse(text) as CanonicalJson
  } catch {
    throw new BytesError('invalid-encoding', 'text is not JSON')
  }
  // A duplicate, an order or a spelling that is not canonical is lost in parsing and so differs here.
  if (write(value, 0) !== text)
    throw new BytesError('not-canonical', 'JSON is not in canonical form')
  return value
}

/** Bounds nesting before JSON.parse sees the text; brackets inside strings do not count. */
function assertDepth(text: string): void {
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (inString) {
      if (unit === 0x5c) index++
      else if (unit === 0x22) inString = false
    } else if (unit === 0x22) inString = true
    else if (unit === 0x5b || unit === 0x7b) {
      depth++
      if (depth > DEPTH_MAX) throw new BytesError('too-long', `value is over ${DEPTH_MAX} deep`)
    } else if (unit === 0x5d || unit === 0x7d) depth--
  }
}
