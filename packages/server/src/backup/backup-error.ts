export type BackupErrorCode =
  | 'not-a-backup'
  | 'newer-format'
  | 'wrong-recipient'
  | 'bad-identity'
  | 'bad-recipient'
  | 'damaged'
  | 'keeper-runs'
  | 'not-empty'
  | 'another-keeper'
  | 'older'

/** Why a backup was not made, or not taken; the message says what to do next. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function damaged(what: string, cause?: unknown): BackupError {
  return new BackupError('damaged', `the backup does not verify: ${what}; take another one`, {
    cause,
  })
}
