import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tombstone } from '@claviger/core'
import { type OpenedCheckpoint, openCheckpoint, TlogError } from '@claviger/tlog'
import { verifyLogFolder } from './audit/index.ts'
import {
  BackupError,
  encodeRestored,
  type KnownLog,
  type Opening,
  openAge,
  openTombstones,
  type ReadBackup,
  readBackup,
  readFrames,
  readReplacedFolder,
  type ReplacedFolder,
  RESTORED_FILE,
  type Trust,
  unpackBackup,
} from './backup/index.ts'
import { logVerifier, sha256, verifierKeysIn } from './log-keys.ts'

export { BackupError, type KnownLog, type Opening, type ReadBackup } from './backup/index.ts'
export { logVerifier } from './log-keys.ts'

/** For whoever takes a backup of a keeper that he does not know. */
const OF_ITSELF: Trust = {
  ofItself: (logKeys, origin) => ({
    origin,
    verifiers: verifierKeysIn(logKeys, origin).map(logVerifier),
  }),
}

/** Reads all of a backup and says what it is, or throws a BackupError. */
export function verifyBackup(
  bytes: AsyncIterable<Uint8Array>,
  opening: Opening,
  known: KnownLog,
): Promise<ReadBackup> {
  return readBackup(readFrames(openAge(opening, bytes)), known)
}

export interface RestoreOptions {
  /** The log that it must be of; undefined to take a backup of any keeper. */
  readonly known: KnownLog | undefined
  /** Signed checkpoints of the log that were kept elsewhere: the backup must continue each of them. */
  readonly checkpoints?: readonly Uint8Array[]
  /** Checkpoints that were merely found: they count like those above if they are of this log. */
  readonly foundCheckpoints?: readonly Uint8Array[]
  /** Take a backup that is older than a checkpoint: what happened since is lost. */
  readonly acceptOlder?: boolean
  /** What `claviger backup tombstones` has written: what it names ends again. */
  readonly tombstones?: readonly string[]
  /** The folder of the keeper whose place this one takes: what had ended there ends again. */
  readonly replaces?: string | undefined
}

/** Makes a keeper's folder of a backup, where there is none; whole or not at all. */
export async function restoreBackup(
  folder: string,
  bytes: AsyncIterable<Uint8Array>,
  opening: Opening,
  options: RestoreOptions,
): Promise<ReadBackup> {
  const { known, acceptOlder = false, replaces } = options
  const replaced = replaces === undefined ? undefined : readReplacedFolder(join(replaces, 'data'))
  const checkpoints = [...(options.checkpoints ?? [])]
  if (replaced?.checkpoint !== undefined) checkpoints.push(replaced.checkpoint)
  const parts = readFrames(openAge(opening, bytes))
  let head: { readonly size: number; readonly log: KnownLog } | undefined
  return unpackBackup(join(folder, 'data'), parts, known ?? OF_ITSELF, {
    head: async ({ size }, log) => {
      head = { size, log }
      checkpoints.push(...(await ofThisLog(options.foundCheckpoints ?? [], log)))
      for (const kept of checkpoints) {
        const newest = (await openKept(kept, log)).size
        if (newest > size && !acceptOlder) throw older(size, newest)
      }
    },
    unpacked: async (unpacked, read) => {
      if (head === undefined) return
      const { size, log } = head
      for (const saved of checkpoints) {
        if ((await openKept(saved, log)).size <= size) await assertContinues(unpacked, saved, log)
      }
      const tombstones = await gather(options, replaced, read, log)
      const restored = restoredOf(options, read, tombstones)
      writeFileSync(join(unpacked, RESTORED_FILE), restored, { mode: 0o600 })
    },
  })
}

async function gather(
  { tombstones: texts = [] }: RestoreOptions,
  replaced: ReplacedFolder | undefined,
  { manifest: { keeper } }: ReadBackup,
  log: KnownLog,
): Promise<readonly Tombstone[]> {
  if (replaced !== undefined && replaced.keeper !== keeper) {
    throw new BackupError('another-keeper', 'the folder to be replaced is of another keeper')
  }
  const all = [...(replaced?.tombstones ?? [])]
  for (const text of texts) all.push(...(await openTombstones(text, keeper, log)))
  const found = new Map(all.map((one) => [`${one.kind} ${one.tenant} ${one.id}`, one]))
  return [...found.values()]
}

/** For the keeper to take up when it is unsealed. */
function restoredOf(
  { known, acceptOlder = false }: RestoreOptions,
  { manifest, manifestHash }: ReadBackup,
  tombstones: readonly Tombstone[],
): Uint8Array {
  return encodeRestored({
    facts: {
      backup: manifest.backup,
      manifest: manifestHash,
      acceptedOlder: acceptOlder,
      acceptedForeign: known === undefined,
      tombstones: tombstones.length,
    },
    tombstones,
  })
}

async function ofThisLog(
  notes: readonly Uint8Array[],
  log: KnownLog,
): Promise<readonly Uint8Array[]> {
  const own: Uint8Array[] = []
  for (const note of notes) {
    try {
      await openKept(note, log)
      own.push(note)
    } catch (error) {
      if (!(error instanceof BackupError)) throw error
    }
  }
  return own
}

async function openKept(
  note: Uint8Array,
  { verifiers, origin }: KnownLog,
): Promise<OpenedCheckpoint> {
  try {
    return await openCheckpoint(note, verifiers, origin)
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new BackupError(
      'another-keeper',
      'the checkpoint given is not of the log that the backup is of',
      { cause: error },
    )
  }
}

async function assertContinues(data: string, saved: Uint8Array, log: KnownLog): Promise<void> {
  try {
    await verifyLogFolder(join(data, 'log'), { sha256, ...log, saved })
  } catch (error) {
    if (!(error instanceof TlogError)) throw error
    throw new BackupError(
      'another-keeper',
      'the log of the backup does not continue the checkpoint given: somebody has two logs of one name',
      { cause: error },
    )
  }
}

function older(size: number, newest: number): BackupError {
  return new BackupError(
    'older',
    `the backup ends at entry ${size} of the log and the checkpoint names ${newest}: take a newer backup, or lose what happened since with --accept-older`,
  )
}
