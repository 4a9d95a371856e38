/*
 * Where a setting stands in a TOML text (https://toml.io/en/v1.0.0). The parser tells no positions, so
 * this goes over a text that it has accepted and notes the line of every header and of every key; of
 * values it only knows where they end.
 */

/** A key as it is written in TOML: parts that are not bare are quoted, so no two keys look alike. */
export function settingPath(parts: readonly string[]): string {
  return parts
    .map((part) => (/^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part)))
    .join('.')
}

/** Lines, from 1, by path. A text that is not TOML gives nonsense, but always an end. */
export function settingLines(source: string): ReadonlyMap<string, number> {
  const scan = new Scan(source)
  const lines = new Map<string, number>()
  let table: readonly string[] = []
  while (scan.toStatement()) {
    const { line } = scan
    if (scan.peek() === '[') {
      table = scan.header()
      note(lines, table, line)
    } else {
      note(lines, [...table, ...scan.key()], line)
      scan.skipValue()
    }
  }
  return lines
}

/** The first line wins: it is where a table begins. */
function note(lines: Map<string, number>, parts: readonly string[], line: number): void {
  const path = settingPath(parts)
  if (!lines.has(path)) lines.set(path, line)
}

const DELIMITERS = ['"""', "'''", '"', "'"] as const

class Scan {
  readonly #source: string
  #at = 0
  #counted = 0
  #line = 1

  constructor(source: string) {
    this.#source = source
    if (source.startsWith('\ufeff')) this.#at = 1
  }

  /** Line of the place. */
  get line(): number {
    for (; this.#counted < this.#at; this.#counted++) {
      if (this.#source[this.#counted] === '\n') this.#line++
    }
    return this.#line
  }

  peek(): string {
    return this.#source[this.#at] ?? ''
  }

  /** Skips white space and comments; false at the end. */
  toStatement(): boolean {
    for (;;) {
      this.#skip(/[ \t\r\n]*/y)
      if (this.peek() !== '#') return this.peek() !== ''
      this.#skip(/[^\n]*/y)
    }
  }

  /** `[a.b]` or `[[a.b]]`; what may follow on the line is a comment. */
  header(): string[] {
    this.#skip(/\[{1,2}/y)
    const parts = this.key(']')
    this.#skip(/[^\n]*/y)
    return parts
  }

  /** A dotted key, up to the character after it. */
  key(end = '='): string[] {
    const parts: string[] = []
    for (;;) {
      this.#skip(/[ \t.]*/y)
      const next = this.peek()
      if (next === '' || next === end || next === '\n') {
        this.#at++
        return parts
      }
      if (next === '"' || next === "'") parts.push(this.#quoted())
      else parts.push(this.#skip(/[A-Za-z0-9_-]+/y) || this.#skip(/[^]/y))
    }
  }

  /** A value ends at a line break outside of strings and brackets. */
  skipValue(): void {
    for (let depth = 0; this.#at < this.#source.length; ) {
      const unit = this.peek()
      if (unit === '\n' && depth <= 0) return
      if (unit === '"' || unit === "'") {
        this.#quoted()
        continue
      }
      if (unit === '#') {
        this.#skip(/[^\n]*/y)
        continue
      }
      if (unit === '[' || unit === '{') depth++
      else if (unit === ']' || unit === '}') depth--
      this.#at++
    }
  }

  /** A string of any of the four kinds; its text, with escapes where JSON has the same. */
  #quoted(): string {
    const delimiter = DELIMITERS.find((one) => this.#source.startsWith(one, this.#at)) ?? '"'
    const start = this.#at + delimiter.length
    let end = start
    while (end < this.#source.length && !this.#source.startsWith(delimiter, end)) {
      // Only strings in double quotes have escapes.
      end += delimiter[0] === '"' && this.#source[end] === '\\' ? 2 : 1
    }
    // Up to two quotes may stand right before the three that end a string.
    while (delimiter.length === 3 && this.#source[end + 3] === delimiter[0]) end++
    this.#at = end + delimiter.length
    const text = this.#source.slice(start, end)
    return delimiter === '"' ? unescape(text) : text
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}

function unescape(text: string): string {
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text
  }
}
