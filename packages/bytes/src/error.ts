/** Why bytes or text were refused. */
export type BytesErrorCode =
  | 'invalid-encoding'
  | 'not-canonical'
  | 'too-long'
  | 'truncated'
  | 'trailing-data'
  | 'out-of-range'

/** The only error this package throws for bad input. Its message never repeats the input. */
export class BytesError extends Error {
  override readonly name = 'BytesError'
  readonly code: BytesErrorCode

  constructor(code: BytesErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
