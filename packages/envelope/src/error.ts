/** Why bytes or text are not one of the formats of this package. */
export type EnvelopeErrorCode =
  | 'malformed'
  | 'unknown-format'
  | 'unknown-mechanism'
  | 'too-long'
  | 'mistyped'

/** The only error this package throws for bad input. Its message never repeats the input. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError'
  readonly code: EnvelopeErrorCode

  constructor(code: EnvelopeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
