import { concat } from '@claviger/bytes'
import { decodeNote, TlogError } from '@claviger/tlog'
import { BackupError, damaged } from './backup-error.ts'
import {
  BACKUP_FORMAT,
  type BackupManifest,
  FRAME,
  FRAME_HEAD_BYTES,
  FrameTree,
  MAGIC,
  MAGIC_PREFIX,
  PAYLOAD_BYTES_MAX,
  parseManifest,
  parseSectionName,
  SECTIONS,
  type SectionFacts,
  type SectionName,
} from './backup-format.ts'

export type BackupPart =
  | { readonly type: 'section'; readonly name: SectionName }
  | { readonly type: 'chunk'; readonly chunk: Uint8Array }
  | { readonly type: 'end'; readonly manifest: BackupManifest; readonly note: Uint8Array }

/**
 * The parts of a backup as they come. Only `end`, which is the last, says that all of it was there, and that
 * only once its signature is checked: what is made of the parts before must not count until then.
 */
export async function* readFrames(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<BackupPart, void, undefined> {
  const reader = new ExactReader(source)
  try {
    await readMagic(reader)
    const sections = new SectionSequence()
    for (;;) {
      const frame = await readFrame(reader)
      const payload = frame.subarray(FRAME_HEAD_BYTES)
      if (frame[0] === FRAME.end) {
        const manifest = sections.finish(payload)
        if (!(await reader.isAtEnd())) throw damaged('something follows its end')
        return yield { type: 'end', manifest, note: payload }
      }
      if (frame[0] === FRAME.section) yield { type: 'section', name: sections.begin(frame) }
      else if (frame[0] === FRAME.chunk) {
        sections.chunk(frame)
        yield { type: 'chunk', chunk: payload }
      } else throw damaged('it holds a frame of an unknown type')
    }
  } finally {
    await reader.close()
  }
}

/** Each section once and in order, adding up to what the manifest says. */
class SectionSequence {
  readonly #tree = new FrameTree()
  readonly #done: SectionFacts[] = []
  #name: SectionName | undefined
  #bytes = 0

  begin(frame: Uint8Array): SectionName {
    this.#close()
    const name = SECTIONS[this.#done.length]
    if (name === undefined || parseSectionName(frame.subarray(FRAME_HEAD_BYTES)) !== name) {
      throw damaged('its sections are not in order')
    }
    this.#name = name
    this.#bytes = 0
    this.#tree.begin(frame)
    return name
  }

  chunk(frame: Uint8Array): void {
    if (this.#name === undefined || frame.length === FRAME_HEAD_BYTES) {
      throw damaged('a chunk is not where it belongs')
    }
    this.#tree.add(frame)
    this.#bytes += frame.length - FRAME_HEAD_BYTES
  }

  finish(note: Uint8Array): BackupManifest {
    this.#close()
    const manifest = parseManifest(textOf(note))
    const isSame =
      this.#done.length === SECTIONS.length &&
      manifest.root === this.#tree.root() &&
      this.#done.every(({ bytes, root }, index) => {
        const told = manifest.sections[index]
        return told?.bytes === bytes && told.root === root
      })
    if (!isSame) throw damaged('it does not add up to its manifest')
    return manifest
  }

  #close(): void {
    if (this.#name === undefined) return
    this.#done.push({ name: this.#name, bytes: this.#bytes, root: this.#tree.sectionRoot() })
    this.#name = undefined
  }
}

/** Nothing of it is believed before its signature is checked. */
function textOf(note: Uint8Array): string {
  try {
    return decodeNote(note).text
  } catch (error) {
    throw error instanceof TlogError ? damaged('its manifest does not read', error) : error
  }
}

async function readMagic(reader: ExactReader): Promise<void> {
  const magic = Buffer.from(await reader.read(MAGIC.length)).toString('latin1')
  if (magic === MAGIC) return
  const version = new RegExp(`^${MAGIC_PREFIX}([1-9][0-9]*)`).exec(magic)?.[1]
  if (version === undefined) {
    throw new BackupError('not-a-backup', 'the age file holds something else than a backup')
  }
  throw new BackupError(
    'newer-format',
    `the backup has format ${version} and this release reads ${BACKUP_FORMAT}; use the newer release`,
  )
}

async function readFrame(reader: ExactReader): Promise<Uint8Array> {
  const head = await reader.read(FRAME_HEAD_BYTES)
  const length = new DataView(head.buffer, head.byteOffset).getUint32(1)
  if (length > PAYLOAD_BYTES_MAX) throw damaged('a frame is too long')
  return concat(head, await reader.read(length))
}

/** Reads exact lengths from pieces of any; what ends too early is damaged. */
class ExactReader {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async read(length: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    let missing = length
    while (missing > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw damaged('it is cut off')
      const piece = this.#rest.subarray(0, missing)
      this.#rest = this.#rest.subarray(piece.length)
      missing -= piece.length
      pieces.push(piece)
    }
    return concat(...pieces)
  }

  async isAtEnd(): Promise<boolean> {
    while (this.#rest.length === 0) if (!(await this.#more())) return true
    return false
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next()
    if (next.done === true) return false
    this.#rest = next.value
    return true
  }
}
