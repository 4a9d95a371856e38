import type { ExitReason } from './exit-code.ts'

/** What the command line itself refuses or cannot do; the message says what to do next. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly reason: ExitReason

  constructor(reason: ExitReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

export function usageError(message: string): CliError {
  return new CliError('usage', message)
}
