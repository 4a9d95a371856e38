import { decodeUtf8, encodeHex } from '@claviger/bytes'
import { hash, hashLatin1 } from '@claviger/crypto'
import {
  type Checkpoint,
  decodeNote,
  equalHashes,
  NOTE_BYTES_MAX,
  type NoteVerifier,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  TlogError,
} from '@claviger/tlog'
import { LogRebuild, type TileJob } from '../audit/index.ts'
import { BackupError, damaged } from './backup-error.ts'
import type { BackupManifest, SectionName } from './backup-format.ts'
import type { BackupPart } from './read-frames.ts'

/** The log of the keeper that a backup must be of. */
export interface KnownLog {
  /** Its name. */
  readonly origin: string
  readonly verifiers: readonly NoteVerifier[]
}

/**
 * Whom a backup must be of: a log whose keys are known from elsewhere, or whoever the backup itself names. The
 * latter proves only that nothing was changed since somebody made it.
 */
export type Trust = KnownLog | { ofItself(logKeys: string, origin: string): KnownLog }

/** Takes what a backup holds as it comes; nothing of it counts before `readBackup` has returned. */
export interface BackupSink {
  /** The head of the log, its signature checked: the time to refuse the backup early. */
  head?(checkpoint: Checkpoint, known: KnownLog): void | Promise<void>
  small?(name: SmallSection, bytes: Uint8Array): void
  tile?(tile: TileJob): void
  store?(chunk: Uint8Array): void | Promise<void>
}

export interface ReadBackup {
  readonly manifest: BackupManifest
  /** SHA-256 of the signed manifest, hex: what the log of the keeper calls it. */
  readonly manifestHash: string
  readonly checkpoint: Checkpoint
}

const SMALL = ['log-keys', 'checkpoint', 'seal'] as const
export type SmallSection = (typeof SMALL)[number]

/** Reads a backup to its end and checks all of it, or throws a BackupError. */
export async function readBackup(
  parts: AsyncIterable<BackupPart>,
  trust: Trust,
  sink: BackupSink = {},
): Promise<ReadBackup> {
  const reading = new Reading(trust, sink)
  for await (const part of parts) {
    if (part.type === 'section') await reading.begin(part.name)
    else if (part.type === 'chunk') await reading.chunk(part.chunk)
    else return reading.finish(part.manifest, part.note)
  }
  throw damaged('it is cut off')
}

class Reading {
  readonly #trust: Trust
  readonly #sink: BackupSink
  readonly #rebuild: LogRebuild
  readonly #small: Partial<Record<SmallSection, Uint8Array>> = {}
  #section: SectionName | undefined
  #pieces: Uint8Array[] = []
  #bytes = 0
  #head: { readonly checkpoint: Checkpoint; readonly known: KnownLog } | undefined

  constructor(trust: Trust, sink: BackupSink) {
    this.#trust = trust
    this.#sink = sink
    const sha256 = (data: Uint8Array | string): string => hashLatin1('sha256', data)
    this.#rebuild = new LogRebuild(sha256, (tile) => sink.tile?.(tile))
  }

  async begin(name: SectionName): Promise<void> {
    await this.#close()
    this.#section = name
  }

  async chunk(chunk: Uint8Array): Promise<void> {
    if (this.#section === 'store') await this.#sink.store?.(chunk)
    else if (this.#section === 'entries') this.#rebuild.push(chunk)
    else {
      this.#bytes += chunk.length
      if (this.#bytes > NOTE_BYTES_MAX) throw damaged('a section is too long')
      this.#pieces.push(chunk)
    }
  }

  async finish(manifest: BackupManifest, note: Uint8Array): Promise<ReadBackup> {
    await this.#close()
    if (this.#head === undefined) throw damaged('it has no checkpoint')
    const { checkpoint, known } = this.#head
    await verified('its manifest', () => openNote(note, known.verifiers))
    const log = this.#rebuild.finish()
    const isWhole =
      log?.root !== undefined &&
      log.size === checkpoint.size &&
      equalHashes(log.root, checkpoint.root)
    if (!isWhole) throw damaged('its log is not the one that its checkpoint names')
    const { origin, entries, keeper } = manifest
    const isSame =
      origin === known.origin &&
      entries === checkpoint.size &&
      keeper === keeperOf(this.#small.seal)
    if (!isSame) throw damaged('its manifest is of something else')
    return { manifest, manifestHash: encodeHex(hash('sha256', note)), checkpoint }
  }

  async #close(): Promise<void> {
    const section = this.#section
    if (!isSmall(section)) return
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    this.#small[section] = bytes
    if (section === 'checkpoint') {
      const known = this.#known(bytes)
      const open = () => openCheckpoint(bytes, known.verifiers, known.origin)
      const checkpoint = await verified('its checkpoint', open)
      this.#head = { checkpoint, known }
      await this.#sink.head?.(checkpoint, known)
    }
    this.#sink.small?.(section, bytes)
  }

  #known(checkpoint: Uint8Array): KnownLog {
    const trust = this.#trust
    if ('verifiers' in trust) return trust
    const { origin } = readable('its checkpoint', () =>
      parseCheckpoint(decodeNote(checkpoint).text),
    )
    return readable('the file of its log keys', () =>
      trust.ofItself(decodeUtf8(this.#small['log-keys'] ?? new Uint8Array()), origin),
    )
  }
}

const isSmall = (section: SectionName | undefined): section is SmallSection =>
  (SMALL as readonly (string | undefined)[]).includes(section)

function keeperOf(seal: Uint8Array | undefined): unknown {
  return readable('its seal file', () => JSON.parse(decodeUtf8(seal ?? new Uint8Array())) as Seal)
    .set
}

interface Seal {
  readonly set?: unknown
}

function readable<Value>(what: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    throw damaged(`${what} does not read`, error)
  }
}

/** A signature of somebody else is another keeper's; a wrong one is damage. */
async function verified<Value>(what: string, open: () => Promise<Value>): Promise<Value> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    if (error.code === 'unknown-signer' || error.code === 'wrong-origin') {
      throw new BackupError(
        'another-keeper',
        'the backup is of another keeper: the keys of the log given have not signed it',
        { cause: error },
      )
    }
    throw damaged(`${what} does not verify`, error)
  }
}
