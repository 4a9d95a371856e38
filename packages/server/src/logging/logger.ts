/** The operator's log: what happened to the process. Who did what to which key is the audit log's. */
export interface Logger {
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

export const LOG_LEVELS = ['info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

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
  return JSON.stringify({ at: new Date(at).toISOString(), level, message, ...fields })
}

function textLine(level: LogLevel, message: string, fields: LogFields): string {
  const shown = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${String(value)}`)
  // One entry is one line, whatever a message carries.
  return `${level === 'info' ? '' : `${level}: `}${message}${shown.join('')}`.replace(
    /[\r\n]+/g,
    ' ',
  )
}

/** What is known of a failure, without its stack: for the operator, never for a caller. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const cause = error.cause === undefined ? '' : `: ${describeError(error.cause)}`
  return `${error.message}${code}${cause}`
}
