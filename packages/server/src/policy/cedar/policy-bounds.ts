import { KeeperError } from '@claviger/core'

/**
 * Cedar parses, checks and evaluates by recursion, and a stack that overflows inside WebAssembly cannot be
 * used again. An instance of 4.13 overflows at some 100 nested brackets or 400 chained operators of one
 * policy; these bounds stay far below both, together.
 */
const BRACKETS_DEEP_MAX = 24
const OPERATORS_MAX = 100
const POLICIES_MAX = 256
const TEXT_LENGTH_MAX = 64 * 1024

/** Strings and comments first, so that nothing inside them counts. */
const TOKEN =
  /"(?:[^"\\]|\\[^])*"|\/\/[^\n]*|&&|\|\||[=!<>]=|::|[()[\]{}]|[.+\-*!<>;?]|\b(?:if|has|in|is|like)\b/g

/** Refuses what could exhaust the engine's stack: `too-large` or `invalid-input` naming the line. */
export function assertBounded(text: string): void {
  if (text.length > TEXT_LENGTH_MAX) {
    throw new KeeperError('too-large', `a policy has at most ${TEXT_LENGTH_MAX} characters`)
  }
  let deep = 0
  let operators = 0
  let policies = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const first = token.charAt(0)
    if (first === '"' || token === '::' || (first === '/' && token !== '/')) continue
    if ('([{'.includes(first)) deep++
    else if (')]}'.includes(first)) deep--
    else if (token === ';') {
      operators = 0
      if (++policies > POLICIES_MAX) throw tooMuch(text, index, `${POLICIES_MAX} policies`)
    } else operators++
    if (deep > BRACKETS_DEEP_MAX) throw tooMuch(text, index, `${BRACKETS_DEEP_MAX} nested brackets`)
    if (operators > OPERATORS_MAX) throw tooMuch(text, index, `${OPERATORS_MAX} operators a policy`)
  }
}

function tooMuch(text: string, index: number, most: string): KeeperError {
  const { line, column } = placeAt(text, index)
  return new KeeperError(
    'invalid-input',
    `line ${line}: at most ${most}; split it into several policies`,
    { details: { line, column } },
  )
}

export interface Place {
  readonly line: number
  readonly column: number
}

/** The line and the column, from 1, that a character stands at. */
export function placeAt(text: string, index: number): Place {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: index - start + 1 }
}
