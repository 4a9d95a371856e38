import type { KeeperError } from '../error.ts'

/** The append-only log, as the domain needs it. */
export interface AuditLog {
  /**
   * Queues one entry: canonical JSON, at most 65,535 bytes of UTF-8. Resolves to its index once it is on
   * disk; rejects with `log-unavailable`.
   */
  append(entry: string): Promise<number>
  /** Entries on disk. */
  readonly size: number
  /** Why the log refuses now; undefined when it accepts. */
  readonly failure: KeeperError | undefined
}
