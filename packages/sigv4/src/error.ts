/** Why a request's signature was refused. Closed: each protocol has a word of its own for each. */
export type SigV4ErrorCode =
  /** There is no signature. */
  | 'missing'
  /** It lacks a part, or a part is not of its form. */
  | 'incomplete'
  /** It is for another service, another day, or does not cover what it must. */
  | 'out-of-scope'
  /** It was made too long ago, or too far ahead. */
  | 'not-current'
  /** It is not what the secret gives for this request. */
  | 'mismatch'

/** The only error this package throws for bad input. Its message repeats no secret and no whole header. */
export class SigV4Error extends Error {
  override readonly name = 'SigV4Error'
  readonly code: SigV4ErrorCode

  constructor(code: SigV4ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
