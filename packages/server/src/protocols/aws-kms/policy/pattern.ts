import type { Lookup } from './lookup.ts'
import { syntaxError } from './malformed.ts'

const ANY = -1
const ONE = -2

/** `${aws:username}`, with what stands for it where the request has no such key. */
interface Variable {
  readonly name: string
  readonly fallback?: string
}

/**
 * A text of a policy, read: characters, wildcards and variables. `exact` where it has only characters,
 * which is the rule; `codes` where it has no variable.
 */
export interface Pattern {
  readonly exact?: string
  readonly codes?: readonly number[]
  readonly parts?: readonly (number | Variable)[]
}

export interface PatternSyntax {
  /** `*` for any characters, `?` for one. */
  readonly wildcards: boolean
  /** Policies of version 2012-10-17 only (IAM User Guide, "IAM policy elements: Variables and tags"). */
  readonly variables: boolean
}

const VARIABLE = /^([A-Za-z0-9-]+:[^\s,'{}$]+|[*?$])(?:\s*,\s*'([^']*)')?$/

export function compilePattern(text: string, { wildcards, variables }: PatternSyntax): Pattern {
  const parts: (number | Variable)[] = []
  for (let index = 0; index < text.length; index++) {
    const character = text[index] as string
    if (variables && character === '$' && text[index + 1] === '{') {
      const end = text.indexOf('}', index)
      if (end < 0) throw syntaxError()
      parts.push(variableOf(text.slice(index + 2, end)))
      index = end
    } else if (wildcards && character === '*') {
      if (parts.at(-1) !== ANY) parts.push(ANY)
    } else parts.push(wildcards && character === '?' ? ONE : character.charCodeAt(0))
  }
  if (parts.some((part) => typeof part !== 'number')) return { parts }
  const codes = parts as readonly number[]
  return codes.some((code) => code < 0) ? { codes } : { exact: String.fromCharCode(...codes) }
}

/** `${*}`, `${?}` and `${$}` are those characters themselves. */
function variableOf(text: string): number | Variable {
  const [, name, fallback] = VARIABLE.exec(text) ?? []
  if (name === undefined) throw syntaxError()
  if (name.length === 1) return name.charCodeAt(0)
  return { name: name.toLowerCase(), ...(fallback !== undefined && { fallback }) }
}

/** As characters and wildcards, its variables filled in; undefined where one has no single value. */
function codesOf(pattern: Pattern, lookup: Lookup): readonly number[] | undefined {
  if (pattern.codes !== undefined) return pattern.codes
  if (pattern.exact !== undefined) return charactersOf(pattern.exact)
  const codes: number[] = []
  for (const part of pattern.parts ?? []) {
    if (typeof part === 'number') codes.push(part)
    else {
      const values = lookup(part.name)
      const value = values?.length === 1 ? values[0] : part.fallback
      // A wildcard in a value is a character: whoever chooses the value must not widen the policy.
      if (value === undefined) return undefined
      codes.push(...charactersOf(value))
    }
  }
  return codes
}

function charactersOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
}

/** Whether the whole text is one that the pattern describes; a pattern that lacks a variable is none. */
export function isMatch(pattern: Pattern, text: string, lookup: Lookup): boolean {
  if (pattern.exact !== undefined) return pattern.exact === text
  const codes = codesOf(pattern, lookup)
  return codes !== undefined && (isEverything(codes) || isGlobMatch(codes, text))
}

const isEverything = (codes: readonly number[]): boolean => codes.length === 1 && codes[0] === ANY

/** The same without regard to case (`StringEqualsIgnoreCase`), which knows no wildcards. */
export function isMatchIgnoringCase(pattern: Pattern, text: string, lookup: Lookup): boolean {
  const codes = codesOf(pattern, lookup)
  return codes !== undefined && fold(String.fromCharCode(...codes)) === fold(text)
}

const fold = (text: string): string => text.toLowerCase()

const COLON = 58
const ARN_PARTS = 6

/**
 * `ArnLike`, `ArnEquals`: each of the six parts by itself, so that a wildcard does not reach over a colon
 * into the next one (IAM User Guide, "Amazon Resource Name (ARN) condition operators").
 */
export function isArnMatch(pattern: Pattern, text: string, lookup: Lookup): boolean {
  const codes = codesOf(pattern, lookup)
  if (codes === undefined) return false
  if (isEverything(codes)) return true
  const wanted = arnParts(codes)
  const given = arnParts(charactersOf(text)).map((part) => String.fromCharCode(...part))
  if (wanted.length !== ARN_PARTS || given.length !== ARN_PARTS) return false
  return wanted.every((part, index) => isGlobMatch(part, given[index] ?? ''))
}

/** Cut at the first five colons. */
function arnParts(codes: readonly number[]): readonly (readonly number[])[] {
  const parts: (readonly number[])[] = []
  let start = 0
  while (parts.length < ARN_PARTS - 1) {
    const end = codes.indexOf(COLON, start)
    if (end < 0) break
    parts.push(codes.slice(start, end))
    start = end + 1
  }
  return [...parts, codes.slice(start)]
}

/** At most pattern × text steps: after a mismatch only the last `*` is tried again. */
function isGlobMatch(pattern: readonly number[], text: string): boolean {
  let at = 0
  let star = -1
  let starText = 0
  for (let index = 0; index < text.length; ) {
    const code = pattern[at]
    if (code === ANY) {
      star = at++
      starText = index
    } else if (code === ONE || code === text.charCodeAt(index)) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++starText
    } else return false
  }
  while (pattern[at] === ANY) at++
  return at === pattern.length
}
