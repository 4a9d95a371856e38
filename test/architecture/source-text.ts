/** A source file with what is not code blanked out, so that patterns meet code only. */
export interface SourceText {
  /** Without comments; strings kept, for import specifiers. */
  readonly uncommented: string
  /** Without comments, strings, templates and regular expressions. */
  readonly code: string
}

type Kind = 'comment' | 'literal'

/** Where a `/` begins a regular expression rather than a division: after an operator, or a keyword. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+*~^%<>-]|\b(?:return|typeof|case|in|of|void))\s*$/

/** Up to whatever may begin a comment or a literal. */
const PLAIN = /[^'"`/]+/y

/**
 * One pass over the text; good enough for formatted TypeScript, and tested on what is not easy. Code inside
 * a template counts as part of it: what a rule looks for there must first be imported, and that is seen.
 */
export function readSource(text: string): SourceText {
  let uncommented = ''
  let code = ''
  let at = 0
  while (at < text.length) {
    const [kind, end] = tokenAt(text, at, code)
    const piece = text.slice(at, end)
    const blank = kind === undefined ? piece : piece.replace(/[^\n]/g, ' ')
    uncommented += kind === 'comment' ? blank : piece
    code += blank
    at = end
  }
  return { uncommented, code }
}

function tokenAt(text: string, at: number, before: string): readonly [Kind | undefined, number] {
  const two = text.slice(at, at + 2)
  if (two === '//') return ['comment', endOf(text, '\n', at)]
  if (two === '/*') return ['comment', endOf(text, '*/', at + 2) + 2]
  const one = text[at]
  if (one === "'" || one === '"') return ['literal', endOfQuoted(text, at)]
  if (one === '`') return ['literal', endOfTemplate(text, at)]
  if (one === '/' && BEFORE_EXPRESSION.test(before.slice(-40)))
    return ['literal', endOfRegExp(text, at)]
  if (one === '/') return [undefined, at + 1]
  PLAIN.lastIndex = at
  PLAIN.test(text)
  return [undefined, PLAIN.lastIndex]
}

function endOf(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from)
  return found === -1 ? text.length : found
}

function endOfQuoted(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== text[start] && text[at] !== '\n')
    at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function endOfTemplate(text: string, start: number): number {
  let at = start + 1
  let depth = 0
  while (at < text.length && (depth > 0 || text[at] !== '`')) {
    if (text[at] === '\\') at += 2
    else if (text[at] === '`') at = endOfTemplate(text, at)
    else if (text.startsWith('${', at)) {
      depth++
      at += 2
    } else {
      if (depth > 0 && text[at] === '{') depth++
      if (depth > 0 && text[at] === '}') depth--
      at++
    }
  }
  return at + 1
}

function endOfRegExp(text: string, start: number): number {
  let at = start + 1
  let inClass = false
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true
    if (text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return at + 1
}
