/** Why a key file was refused. */
export type KeyFileErrorCode =
  /** It is not the format, or it contradicts itself. */
  | 'malformed'
  /** It is of a format, or encrypted by an algorithm, that is not read here. The message names it. */
  | 'unsupported'
  /** Larger, deeper or of more parts than is read. */
  | 'too-large'
  /** It asks for more iterations than are computed. */
  | 'too-costly'
  /** It is encrypted, and no passphrase was given. */
  | 'passphrase-needed'
  /** The passphrase does not open it, or it was damaged: the two look alike. */
  | 'wrong-passphrase'

/** The only error this package throws for bad input. Its message repeats nothing secret. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError'
  readonly code: KeyFileErrorCode

  constructor(code: KeyFileErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

export function malformed(message: string): KeyFileError {
  return new KeyFileError('malformed', message)
}

export function unsupported(message: string): KeyFileError {
  return new KeyFileError('unsupported', message)
}

export function wrongPassphrase(): KeyFileError {
  return new KeyFileError(
    'wrong-passphrase',
    'the passphrase does not open the file, or the file was damaged',
  )
}
