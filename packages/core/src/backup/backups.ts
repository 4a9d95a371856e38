import type { SecretBytes } from '@claviger/bytes'
import type { Instant } from '../clock.ts'
import type { Tombstone } from './tombstone.ts'

/** Who will be able to open a backup: age recipients (`age1…`), or whoever knows a passphrase. */
export type BackupSealing =
  | { readonly recipients: readonly string[] }
  | { readonly passphrase: SecretBytes }

/** What a backup that is whole turned out to be. */
export interface BackupFacts {
  /** SHA-256 of its signed manifest, hex. */
  readonly manifest: string
  /** Entries of the log that are in it. */
  readonly entries: number
  /** Rows of the store that are in it. */
  readonly records: number
}

export interface BackupRequest {
  readonly id: string
  readonly takenAt: Instant
  readonly sealing: BackupSealing
  /** Called once, before the last bytes are given out: a backup that is not told of is not whole. */
  finish(facts: BackupFacts): Promise<void>
}

/** Takes everything that a keeper is made of at one instant, encrypted; one backup at a time. */
export interface Backups {
  /** Throws `invalid-input` for a recipient that is none. */
  check(sealing: BackupSealing): void | Promise<void>
  create(request: BackupRequest): AsyncIterable<Uint8Array>
  /** The tombstones as a text that the log's key has signed. `without` names tenants that could not be read. */
  signTombstones(
    tombstones: readonly Tombstone[],
    without: readonly string[],
    takenAt: Instant,
  ): Promise<string>
  /** Breaks off what is under way: the keeper stops. */
  close(): Promise<void>
}
