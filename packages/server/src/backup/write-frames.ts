import { encodeUtf8 } from '@claviger/bytes'
import {
  type BackupManifest,
  encodeFrame,
  encodeManifest,
  encodeSectionName,
  FRAME,
  FrameTree,
  MAGIC,
  PAYLOAD_BYTES_MAX,
  SECTIONS,
  type SectionFacts,
  type SectionName,
} from './backup-format.ts'

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export type SectionSources = Readonly<Record<SectionName, Pieces>>

/** Makes of a manifest's text the note that ends the backup. */
export type SignManifest = (text: string) => Uint8Array | Promise<Uint8Array>

/** The stream inside the age file, frame by frame. */
export async function* writeFrames(
  facts: Omit<BackupManifest, 'kind' | 'root' | 'sections'>,
  sources: SectionSources,
  sign: SignManifest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const tree = new FrameTree()
  const sections: SectionFacts[] = []
  yield encodeUtf8(MAGIC)
  for (const name of SECTIONS) {
    const first = encodeFrame(FRAME.section, encodeSectionName(name))
    tree.begin(first)
    yield first
    let bytes = 0
    for await (const piece of sources[name]) {
      for (let at = 0; at < piece.length; at += PAYLOAD_BYTES_MAX) {
        const chunk = piece.subarray(at, at + PAYLOAD_BYTES_MAX)
        const frame = encodeFrame(FRAME.chunk, chunk)
        tree.add(frame)
        bytes += chunk.length
        yield frame
      }
    }
    sections.push({ name, bytes, root: tree.sectionRoot() })
  }
  const manifest: BackupManifest = { kind: 'full', ...facts, sections, root: tree.root() }
  yield encodeFrame(FRAME.end, await sign(encodeManifest(manifest)))
}
