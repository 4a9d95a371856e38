import { authenticationFailed, isKeeperError, KeeperError } from '@claviger/core'
import { CryptoError } from '@claviger/crypto'

/** What a cryptographic failure is to a caller; anything that is not one goes on as it is. */
export function keeperErrorOf(error: unknown): unknown {
  if (!(error instanceof CryptoError) || isKeeperError(error)) return error
  const cause = error
  switch (error.code) {
    case 'authentication-failed':
      return authenticationFailed(cause)
    case 'unsupported':
      return new KeeperError('unsupported', error.message, { cause })
    case 'invalid-key':
    case 'invalid-input':
      return new KeeperError('invalid-input', error.message, { cause })
    case 'self-test-failed':
      return new KeeperError('self-test-failed', error.message, { cause })
    case 'wiped':
      return new KeeperError('wrong-state', 'the key was closed while it was in use; try again', {
        cause,
      })
  }
}

/** Runs cryptography so that what it throws, now or later, is a KeeperError. */
export function withKeeperErrors<Result>(run: () => Result): Result {
  try {
    const result = run()
    if (!(result instanceof Promise)) return result
    return result.catch((error: unknown) => {
      throw keeperErrorOf(error)
    }) as Result
  } catch (error) {
    throw keeperErrorOf(error)
  }
}
