import {
  type CanonicalJson,
  canonicalJson,
  decodeUtf8,
  encodeUtf8,
  parseCanonicalJson,
} from '@claviger/bytes'
import { type Tombstone, TOMBSTONE_KINDS } from '@claviger/core'
import { hashHex } from '@claviger/crypto'
import { openNote, signNote, TlogError, type NoteSigner } from '@claviger/tlog'
import { BackupError } from './backup-error.ts'
import type { KnownLog } from './read-backup.ts'

const TITLE = 'claviger-tombstones/1\n'

export interface TombstoneFacts {
  /** `set` of the keeper's seal file. */
  readonly keeper: string
  readonly origin: string
  /** Milliseconds since 1970. */
  readonly takenAt: number
  /** Tenants that could not be read. */
  readonly without: readonly string[]
}

/** One line for each tombstone, and a signed note that has their hash. */
export async function encodeTombstones(
  tombstones: readonly Tombstone[],
  facts: TombstoneFacts,
  signer: NoteSigner,
): Promise<string> {
  const lines = tombstones.map((one) => `${canonicalJson({ ...one })}\n`).join('')
  const claim = { ...facts, count: tombstones.length, sha256: hashHex('sha256', encodeUtf8(lines)) }
  const note = await signNote(`${TITLE}${canonicalJson(claim)}\n`, [signer])
  return `${lines}${decodeUtf8(note)}`
}

/** Throws a BackupError for what the log known has not signed, or what is of another keeper. */
export async function openTombstones(
  text: string,
  keeper: string,
  { verifiers, origin }: KnownLog,
): Promise<readonly Tombstone[]> {
  // No line before the note can hold its title: they are of ids alone.
  const begin = text.lastIndexOf(TITLE)
  if (begin < 0) throw refused('the file holds no tombstones')
  const lines = text.slice(0, begin)
  try {
    const note = await openNote(encodeUtf8(text.slice(begin)), verifiers)
    const claim = parseCanonicalJson(note.text.slice(TITLE.length, -1)) as Record<string, unknown>
    const isOurs = claim['keeper'] === keeper && claim['origin'] === origin
    if (!isOurs) throw new BackupError('another-keeper', 'the tombstones are of another keeper')
    if (claim['sha256'] !== hashHex('sha256', encodeUtf8(lines))) {
      throw refused('the tombstones are not those that were signed')
    }
    return lines.split('\n').slice(0, -1).map(parseLine)
  } catch (error) {
    if (error instanceof BackupError) throw error
    if (error instanceof TlogError && error.code === 'unknown-signer') {
      throw new BackupError('another-keeper', 'the tombstones are of another keeper', {
        cause: error,
      })
    }
    throw refused('the tombstones do not verify', error)
  }
}

function parseLine(line: string): Tombstone {
  const value: CanonicalJson = parseCanonicalJson(line)
  if (!isTombstone(value)) throw refused('a tombstone does not read')
  return value
}

export function isTombstone(value: unknown): value is Tombstone {
  if (typeof value !== 'object' || value === null) return false
  const { kind, tenant, id } = value as Record<string, unknown>
  return (
    TOMBSTONE_KINDS.includes(kind as never) && typeof tenant === 'string' && typeof id === 'string'
  )
}

function refused(message: string, cause?: unknown): BackupError {
  return new BackupError('damaged', `${message}; export them again`, { cause })
}
