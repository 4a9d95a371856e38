// c2sp.org/tlog-proof@v1: a text that proves offline that an entry is in a log.
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@claviger/bytes'
import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts'
import { parseDecimal } from './decimal.ts'
import { decodeOrRefuse, TlogError } from './error.ts'
import { HASH_BYTES, hashLeaf, type Sha256 } from './hash.ts'
import { verifyInclusion } from './inclusion.ts'
import { decodeNote, NOTE_BYTES_MAX, type NoteVerifier } from './signed-note.ts'

export interface TlogProof {
  /** Opaque and unauthenticated; a receipt carries the entry itself here. */
  readonly extra?: Uint8Array | undefined
  readonly index: number
  /** From the leaf's sibling to the root's child. */
  readonly path: readonly Uint8Array[]
  /** The signed checkpoint, verbatim. */
  readonly checkpoint: Uint8Array
}

export const EXTRA_BYTES_MAX = 65_535
const PATH_HASHES_MAX = 63
const HEADER = 'c2sp.org/tlog-proof@v1'
const PROOF_BYTES_MAX =
  NOTE_BYTES_MAX + Math.ceil(EXTRA_BYTES_MAX / 3) * 4 + PATH_HASHES_MAX * 45 + 128

export function encodeTlogProof(proof: TlogProof): Uint8Array {
  const { extra, index, path, checkpoint } = proof
  const lines = [HEADER]
  if (extra !== undefined) lines.push(`extra ${encodeBase64(extra)}`)
  lines.push(`index ${index}`, ...path.map(encodeBase64), '')
  const note = decodeOrRefuse('malformed-proof', MALFORMED, () => decodeUtf8(checkpoint))
  const encoded = encodeUtf8(`${lines.join('\n')}\n${note}`)
  // What is written is read back: one place knows the rules.
  decodeTlogProof(encoded)
  return encoded
}

/** Accepts exactly what `encodeTlogProof` writes; verifies nothing. */
export function decodeTlogProof(bytes: Uint8Array): TlogProof {
  if (bytes.length > PROOF_BYTES_MAX) throw new TlogError('too-large', 'the proof is too large')
  const text = decodeOrRefuse('malformed-proof', MALFORMED, () => decodeUtf8(bytes))
  const split = text.indexOf('\n\n')
  if (split < 0) throw malformed()
  const [header, ...lines] = text.slice(0, split).split('\n', PATH_HASHES_MAX + 4)
  if (header !== HEADER) throw malformed()
  const extra = lines[0]?.startsWith('extra ') ? decodeExtra(lines.shift()) : undefined
  const index = decodeIndex(lines.shift())
  if (lines.length > PATH_HASHES_MAX) throw malformed()
  const checkpoint = encodeUtf8(text.slice(split + 2))
  decodeNote(checkpoint)
  return { extra, index, path: lines.map(decodeHash), checkpoint }
}

export interface VerifyTlogProofOptions {
  readonly sha256: Sha256
  readonly verifiers: readonly NoteVerifier[]
  readonly origin: string
  /** The entry that is proved; left out, the proof's extra data is taken for it (a receipt). */
  readonly entry?: Uint8Array | undefined
}

export interface VerifiedTlogProof {
  readonly entry: Uint8Array
  readonly index: number
  readonly checkpoint: OpenedCheckpoint
}

/** Verifies checkpoint, origin and inclusion; the entry is authentic once this returns. */
export async function verifyTlogProof(
  bytes: Uint8Array,
  options: VerifyTlogProofOptions,
): Promise<VerifiedTlogProof> {
  const proof = decodeTlogProof(bytes)
  const entry = options.entry ?? proof.extra
  if (entry === undefined) throw new TlogError('missing', 'the proof does not carry its entry')
  const checkpoint = await openCheckpoint(proof.checkpoint, options.verifiers, options.origin)
  const { index, path } = proof
  const inclusion = { index, size: checkpoint.size, path }
  verifyInclusion(options.sha256, hashLeaf(options.sha256, entry), inclusion, checkpoint.root)
  return { entry, index, checkpoint }
}

function decodeExtra(line = ''): Uint8Array {
  const extra = decodeBase64Line(line.slice('extra '.length))
  if (extra.length === 0) throw malformed()
  if (extra.length > EXTRA_BYTES_MAX) {
    throw new TlogError('too-large', `extra data is at most ${EXTRA_BYTES_MAX} bytes`)
  }
  return extra
}

function decodeIndex(line = ''): number {
  const index = line.startsWith('index ') ? parseDecimal(line.slice('index '.length)) : undefined
  if (index === undefined) throw malformed()
  return index
}

function decodeHash(line: string): Uint8Array {
  const hash = decodeBase64Line(line)
  if (hash.length !== HASH_BYTES) throw malformed()
  return hash
}

function decodeBase64Line(text: string): Uint8Array {
  return decodeOrRefuse('malformed-proof', MALFORMED, () => decodeBase64(text))
}

const MALFORMED = 'the proof is malformed'

function malformed(): TlogError {
  return new TlogError('malformed-proof', MALFORMED)
}
