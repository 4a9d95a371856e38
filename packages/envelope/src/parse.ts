import { BytesError } from '@claviger/bytes'
import { EnvelopeError } from './error.ts'

/** Runs a parser or an encoder so that what leaves it is this package's own error. */
export function withEnvelopeErrors<Result>(what: string, run: () => Result): Result {
  try {
    return run()
  } catch (cause) {
    if (!(cause instanceof BytesError)) throw cause
    const code = cause.code === 'too-long' ? 'too-long' : 'malformed'
    throw new EnvelopeError(code, `not a ${what}: ${cause.message}`, { cause })
  }
}
