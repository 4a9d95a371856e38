import { BytesError } from '@claviger/bytes'

/** Why the package refused something. Closed: a verifier may switch over it exhaustively. */
export type TlogErrorCode =
  | 'malformed-note'
  | 'malformed-key'
  | 'malformed-checkpoint'
  | 'malformed-cosignature'
  | 'malformed-path'
  | 'malformed-tile'
  | 'malformed-bundle'
  | 'malformed-proof'
  | 'too-large'
  | 'out-of-range'
  | 'missing'
  | 'unknown-signer'
  | 'bad-signature'
  | 'wrong-origin'
  | 'proof-mismatch'
  | 'entry-mismatch'
  | 'tile-mismatch'
  | 'root-mismatch'
  | 'inconsistent'

/** The only error this package throws for bad input. Its message never repeats unverified text. */
export class TlogError extends Error {
  override readonly name = 'TlogError'
  readonly code: TlogErrorCode

  constructor(code: TlogErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** Runs a decoder of @claviger/bytes and turns its refusal into this package's. */
export function decodeOrRefuse<T>(code: TlogErrorCode, message: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof BytesError) throw new TlogError(code, message)
    throw error
  }
}
