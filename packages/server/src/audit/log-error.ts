import { KeeperError } from '@claviger/core'

/** Operations on the log's files, as they are named to the operator. */
export type LogFileOperation =
  | 'open'
  | 'read'
  | 'write'
  | 'fdatasync'
  | 'truncate'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'recover'

/** What went wrong with which file: for the operator's log, never for a caller. */
export class LogFileError extends Error {
  override readonly name = 'LogFileError'
  readonly operation: LogFileOperation
  readonly path: string
  /** The system's code (ENOSPC, EIO, …), or `DAMAGED` for content that is not what was written. */
  readonly code: string

  constructor(operation: LogFileOperation, path: string, code: string, cause?: unknown) {
    super(`${operation} of ${path} failed: ${code}`, cause === undefined ? undefined : { cause })
    this.operation = operation
    this.path = path
    this.code = code
  }
}

export function damaged(path: string, what: string): LogFileError {
  return new LogFileError('recover', path, 'DAMAGED', what)
}

/** Damage does not heal by waiting: everything else may (a full disk, a device that comes back). */
export function isDamage(error: unknown): boolean {
  return error instanceof LogFileError && error.code === 'DAMAGED'
}

/** The error every append meets while the log refuses. The cause names the path and the reason. */
export function logUnavailable(cause: unknown): KeeperError {
  return new KeeperError(
    'log-unavailable',
    'the audit log cannot be written, so nothing is done; ask the operator to look at its disk',
    { cause },
  )
}

/** The code of a system error. */
export function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'UNKNOWN'
}
