/** One entry as it stands in the log. */
export interface LoggedEntry {
  readonly index: number
  /** Canonical JSON, exactly as it was appended. */
  readonly entry: string
}

export interface EntryFilter {
  /** Whose entries are asked for. */
  readonly tenants: readonly string[]
  /** Entries on this target: its id or name. */
  readonly target?: string
  /** Entries by this actor: its id or name. */
  readonly actor?: string
  readonly action?: string
  readonly outcome?: string
  /** Inclusive bounds, RFC 3339. */
  readonly since?: string
  readonly until?: string
  /** Continue below this index (newest come first). */
  readonly before?: number
  readonly limit: number
}

export interface EntryPage {
  readonly entries: readonly LoggedEntry[]
  /** Pass as `before` for older ones; absent when there are none. */
  readonly next?: number
}

/** Reads the log for auditors. */
export interface AuditReader {
  list(filter: EntryFilter): Promise<EntryPage>
  entry(index: number): Promise<LoggedEntry | undefined>
  /** A self-contained offline proof (c2sp.org/tlog-proof) that the entry is in the log. */
  receipt(index: number): Promise<string>
  /** The newest signed checkpoint, which covers every durable entry. */
  checkpoint(): Promise<string>
}
