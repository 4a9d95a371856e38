import { printable, printableJson } from './printable.ts'

/** The operator's log: what happened to the process. Who did what to which key is the audit log's. */
export interface Logger {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** An entry stays one that a person and a collector can take. */
const LINE_LENGTH_MAX = 16 * 1024
const CAUSES_MAX = 8

/** Anything shaped like one of our bearer tokens; it should never get here, and does not get out. */
const TOKEN = /clv_[A-Za-z0-9_-]{8,}/g

export interface LoggerOptions {
  readonly level: LogLevel
  readonly format: 'text' | 'json'
  readonly write: (line: string) => void
  readonly now: () => number
}

export function createLogger(options: LoggerOptions): Logger {
  const log = (level: LogLevel, message: string, fields: LogFields = {}): void => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(options.level)) return
    const line =
      options.format === 'json'
        ? jsonLine(options.now(), level, message, fields)
        : textLine(level, message, fields)
    options.write(`${line.replace(TOKEN, 'clv_[redacted]')}\n`)
  }
  return {
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  }
}

function jsonLine(at: number, level: LogLevel, message: string, fields: LogFields): string {
  const entry: Record<string, string | number | boolean> = {
    at: new Date(at).toISOString(),
    level,
    message: cut(message),
  }
  for (const [name, value] of Object.entries(fields)) {
    // A field never stands in for what every entry has.
    if (value !== undefined)
      entry[name in entry ? `field.${name}` : name] = typeof value === 'string' ? cut(value) : value
  }
  return printableJson(JSON.stringify(entry))
}

function textLine(level: LogLevel, message: string, fields: LogFields): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${shownValue(String(value))}`)
  return printable(`${level === 'info' ? '' : `${level}: `}${cut(message)}${shown.join('')}`)
}

/** Quoted where it could be taken for more than one field. */
function shownValue(text: string): string {
  const short = cut(text)
  return /[\s"=]/.test(short) ? JSON.stringify(short) : short
}

function cut(text: string): string {
  return text.length <= LINE_LENGTH_MAX ? text : `${text.slice(0, LINE_LENGTH_MAX)} [cut]`
}

/** What is known of a failure, without its stack: for the operator, never for a caller. */
export function describeError(error: unknown): string {
  const parts = [describeOne(error)]
  let current = error instanceof Error ? error.cause : undefined
  while (current !== undefined && parts.length < CAUSES_MAX) {
    parts.push(describeOne(current))
    current = current instanceof Error ? current.cause : undefined
  }
  // A chain so long is a circle or as good as one.
  if (current !== undefined) parts.push('…')
  return cut(parts.join(': '))
}

function describeOne(error: unknown): string {
  if (error instanceof Error) {
    const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
    return `${error.message}${code}`
  }
  try {
    return String(error)
  } catch {
    // An object without a prototype, say, has no text.
    return 'something that is not an error was thrown'
  }
}
