/** Why a cryptographic operation was refused. */
export type CryptoErrorCode =
  | 'unsupported'
  | 'invalid-key'
  | 'invalid-input'
  | 'authentication-failed'
  | 'self-test-failed'
  | 'wiped'

/**
 * The only error this package throws. Messages hold no key, input or library detail, and every failed
 * decryption, unwrapping or decapsulation carries the same one, so that failures look alike.
 */
export class CryptoError extends Error {
  override readonly name = 'CryptoError'
  readonly code: CryptoErrorCode

  constructor(code: CryptoErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export function unsupported(message: string): CryptoError {
  return new CryptoError('unsupported', message)
}

export function invalidKey(message: string): CryptoError {
  return new CryptoError('invalid-key', message)
}

export function invalidInput(message: string): CryptoError {
  return new CryptoError('invalid-input', message)
}

/** The one answer to every ciphertext, tag or padding that does not verify. */
export function authenticationFailed(): CryptoError {
  return new CryptoError('authentication-failed', 'data did not decrypt or verify under this key')
}
