// c2sp.org/tlog-checkpoint: origin, tree size, base64 root, and extension lines, each ending in a newline.
// Subset: sizes up to 2^53 - 1.
import { decodeBase64, encodeBase64 } from '@claviger/bytes'
import { parseDecimal } from './decimal.ts'
import { decodeOrRefuse, TlogError } from './error.ts'
import { HASH_BYTES } from './hash.ts'
import { assertNoteText, type NoteSignature, type NoteVerifier, openNote } from './signed-note.ts'

export interface Checkpoint {
  /** Unique name of the log. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Lines that nobody audits; ML-DSA-44 cosignatures do not cover them. */
  readonly extensions?: readonly string[]
}

export interface OpenedCheckpoint extends Checkpoint {
  readonly verified: readonly NoteSignature[]
}

const CHECKPOINT_CHARACTERS_MAX = 65_536

/** The note text of a checkpoint. */
export function encodeCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions = [] } = checkpoint
  const text = `${[origin, String(size), encodeBase64(root), ...extensions].join('\n')}\n`
  // What is written is read back, so that no origin or extension can forge a line.
  const parsed = parseCheckpoint(text)
  if (parsed.origin !== origin || parsed.extensions?.length !== extensions.length) throw malformed()
  return text
}

/** Accepts exactly what `encodeCheckpoint` writes. */
export function parseCheckpoint(text: string): Checkpoint {
  if (text.length > CHECKPOINT_CHARACTERS_MAX) {
    throw new TlogError('too-large', 'the checkpoint is too large')
  }
  decodeOrRefuseText(text)
  const lines = text.slice(0, -1).split('\n')
  const [origin = '', sizeText = '', rootText = '', ...extensions] = lines
  if (lines.length < 3 || lines.includes('')) throw malformed()
  const size = parseDecimal(sizeText)
  if (size === undefined) throw malformed()
  const root = decodeOrRefuse('malformed-checkpoint', MALFORMED, () => decodeBase64(rootText))
  if (root.length !== HASH_BYTES) throw malformed()
  return { origin, size, root, extensions }
}

/** Verifies a signed checkpoint and that it is of the log named `origin`. */
export async function openCheckpoint(
  note: Uint8Array,
  verifiers: readonly NoteVerifier[],
  origin: string,
): Promise<OpenedCheckpoint> {
  const { text, verified } = await openNote(note, verifiers)
  const checkpoint = parseCheckpoint(text)
  if (checkpoint.origin !== origin) {
    throw new TlogError('wrong-origin', 'the checkpoint is of another log')
  }
  return { ...checkpoint, verified }
}

function decodeOrRefuseText(text: string): void {
  try {
    assertNoteText(text)
  } catch (error) {
    if (error instanceof TlogError) throw malformed()
    throw error
  }
}

const MALFORMED = 'the checkpoint is malformed'

function malformed(): TlogError {
  return new TlogError('malformed-checkpoint', MALFORMED)
}
