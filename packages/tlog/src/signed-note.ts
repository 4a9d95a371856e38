// c2sp.org/signed-note: text, a blank line, and signature lines `— <name> base64(key id(4) || signature)`.
// Limits of ours: a note is at most 1 MiB and 100 signatures (the specification asks for at least 16).
import { concat, decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@claviger/bytes'
import { decodeOrRefuse, TlogError } from './error.ts'
import { isKeyName } from './verifier-key.ts'

export interface NoteSignature {
  readonly name: string
  /** First four bytes of the signature line, big-endian. */
  readonly keyId: number
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** Ends in a newline; the blank line before the signatures is not part of it. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Signs note texts with one key. What it signs may be more than the text: see cosignature.ts. */
export interface NoteSigner {
  readonly name: string
  readonly keyId: number
  sign(text: string): Uint8Array | Promise<Uint8Array>
}

/** Checks the signatures of one known key. */
export interface NoteVerifier {
  readonly name: string
  readonly keyId: number
  verify(text: string, signature: Uint8Array): boolean | Promise<boolean>
}

export interface OpenedNote {
  readonly text: string
  /** Signatures by known keys, all verified; at least one. */
  readonly verified: readonly NoteSignature[]
  /** Signatures by unknown keys, which prove nothing. */
  readonly unknown: readonly NoteSignature[]
}

export const NOTE_BYTES_MAX = 1 << 20
export const NOTE_SIGNATURES_MAX = 100

const SEPARATOR = '\n\n'
const SIGNATURE_LINE = /^— ([^ ]+) ([^ ]+)$/u
// Every control character below U+0020 but the newline.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN_CONTROL = /[\u0000-\u0009\u000b-\u001f]/

export function encodeNote(note: SignedNote): Uint8Array {
  assertNoteText(note.text)
  if (note.signatures.length === 0 || note.signatures.length > NOTE_SIGNATURES_MAX) {
    throw malformed()
  }
  const lines = note.signatures.map((signature) => `${encodeSignatureLine(signature)}\n`)
  const encoded = encodeUtf8(`${note.text}\n${lines.join('')}`)
  if (encoded.length > NOTE_BYTES_MAX) throw tooLarge()
  return encoded
}

/** Splits a note without checking any signature: its text is untrusted until `openNote` took it. */
export function decodeNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > NOTE_BYTES_MAX) throw tooLarge()
  const note = decodeOrRefuse('malformed-note', MALFORMED, () => decodeUtf8(bytes))
  const split = note.lastIndexOf(SEPARATOR)
  if (split < 0 || !note.endsWith('\n')) throw malformed()
  const text = note.slice(0, split + 1)
  assertNoteText(text)
  const lines = note.slice(split + SEPARATOR.length, -1).split('\n', NOTE_SIGNATURES_MAX + 1)
  if (lines.length > NOTE_SIGNATURES_MAX) throw tooLarge()
  return { text, signatures: lines.map(decodeSignatureLine) }
}

/** Signs `text` with every signer, in order. */
export async function signNote(text: string, signers: readonly NoteSigner[]): Promise<Uint8Array> {
  const signatures: NoteSignature[] = []
  for (const signer of signers) {
    const { name, keyId } = signer
    signatures.push({ name, keyId, signature: await signer.sign(text) })
  }
  return encodeNote({ text, signatures })
}

/**
 * Verifies a note. Unknown keys are ignored; one bad signature of a known key, or no known key at all,
 * refuses the note (c2sp.org/signed-note, "Signatures").
 */
export async function openNote(
  bytes: Uint8Array,
  verifiers: readonly NoteVerifier[],
): Promise<OpenedNote> {
  const { text, signatures } = decodeNote(bytes)
  const verified: NoteSignature[] = []
  const unknown: NoteSignature[] = []
  for (const signature of signatures) {
    const verifier = findVerifier(verifiers, signature)
    if (verifier === undefined) {
      unknown.push(signature)
      continue
    }
    if (!(await verifier.verify(text, signature.signature))) {
      throw new TlogError('bad-signature', 'a signature of a known key does not verify')
    }
    verified.push(signature)
  }
  if (verified.length === 0) {
    throw new TlogError('unknown-signer', 'the note carries no signature of a known key')
  }
  return { text, verified, unknown }
}

/** Refuses a text that a note cannot carry. */
export function assertNoteText(text: string): void {
  if (!text.endsWith('\n') || !text.isWellFormed() || FORBIDDEN_CONTROL.test(text)) {
    throw malformed()
  }
}

/** `— <name> base64(key id(4) || signature)`, without the newline. */
function encodeSignatureLine({ name, keyId, signature }: NoteSignature): string {
  if (!isKeyName(name) || signature.length === 0) throw malformed()
  const id = new Uint8Array(4)
  new DataView(id.buffer).setUint32(0, keyId)
  return `— ${name} ${encodeBase64(concat(id, signature))}`
}

function decodeSignatureLine(line: string): NoteSignature {
  const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? []
  if (!isKeyName(name)) throw malformed()
  const blob = decodeOrRefuse('malformed-note', MALFORMED, () => decodeBase64(encoded))
  if (blob.length <= 4) throw malformed()
  const id = new DataView(blob.buffer, blob.byteOffset, blob.byteLength).getUint32(0)
  return { name, keyId: id, signature: blob.subarray(4) }
}

function findVerifier(
  verifiers: readonly NoteVerifier[],
  { name, keyId }: NoteSignature,
): NoteVerifier | undefined {
  const matches = verifiers.filter((known) => known.name === name && known.keyId === keyId)
  if (matches.length > 1) {
    throw new TlogError('malformed-key', 'two known keys share one name and one key id')
  }
  return matches[0]
}

const MALFORMED = 'the note is malformed'

function malformed(): TlogError {
  return new TlogError('malformed-note', MALFORMED)
}

function tooLarge(): TlogError {
  return new TlogError('too-large', 'the note or its list of signatures is too large')
}
