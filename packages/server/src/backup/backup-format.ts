import {
  type CanonicalJson,
  canonicalJson,
  decodeUtf8,
  encodeHex,
  encodeUtf8,
  parseCanonicalJson,
} from '@claviger/bytes'
import { hash } from '@claviger/crypto'
import { Frontier, hashEmptyTree, hashLeaf, hashNode } from '@claviger/tlog'
import { damaged } from './backup-error.ts'

/** What is inside the age file; docs/spec/backup.md. */
export const BACKUP_FORMAT = 1
export const MAGIC_PREFIX = 'claviger-backup/'
export const MAGIC = `${MAGIC_PREFIX}${BACKUP_FORMAT}\n`

export const FRAME = { section: 1, chunk: 2, end: 3 } as const
export const FRAME_HEAD_BYTES = 5
export const PAYLOAD_BYTES_MAX = 65_536

/**
 * In the order in which they come: what tells whose backup it is stands first. There are no names of files
 * in a backup, so none can lead out of the folder it is restored into.
 */
export const SECTIONS = ['log-keys', 'checkpoint', 'seal', 'entries', 'store'] as const
export type SectionName = (typeof SECTIONS)[number]

export interface SectionFacts {
  readonly name: SectionName
  /** Of its content, without the frames around it. */
  readonly bytes: number
  /** Merkle root (RFC 6962 §2.1) over its frames, hex. */
  readonly root: string
}

/** Rows of each table of the store. */
export interface BackupCounts {
  readonly record: number
  readonly node: number
  readonly outbox: number
}

/** What the signature at the end of a backup is over. */
export interface BackupManifest {
  readonly kind: 'full'
  /** Id of the backup, which the entries of the log that tell of it name too. */
  readonly backup: string
  /** The identity that the keeper got when it was initialized: `set` of its seal file, hex. */
  readonly keeper: string
  /** Name of the log. */
  readonly origin: string
  /** Of the software. */
  readonly version: string
  /** Milliseconds since 1970. */
  readonly takenAt: number
  /** Of the store's state; grows with every commit. */
  readonly sequence: number
  readonly counts: BackupCounts
  /** Of the log. */
  readonly entries: number
  readonly sections: readonly SectionFacts[]
  /** Merkle root (RFC 6962 §2.1) over all frames before the last, hex. */
  readonly root: string
}

const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data)

/** `type u8 || length u32 || payload` */
export function encodeFrame(type: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(FRAME_HEAD_BYTES + payload.length)
  frame[0] = type
  new DataView(frame.buffer).setUint32(1, payload.length)
  frame.set(payload, FRAME_HEAD_BYTES)
  return frame
}

/** Adds frames up as they pass, each section for itself and all together. */
export class FrameTree {
  readonly #all = newFrontier()
  #section = newFrontier()

  /** The frame that begins a section is the first of it. */
  begin(frame: Uint8Array): void {
    this.#section = newFrontier()
    this.add(frame)
  }

  add(frame: Uint8Array): void {
    const leaf = hashLeaf(sha256, frame)
    this.#all.append(leaf)
    this.#section.append(leaf)
  }

  sectionRoot(): string {
    return rootOf(this.#section)
  }

  root(): string {
    return rootOf(this.#all)
  }
}

const newFrontier = (): Frontier<Uint8Array> =>
  new Frontier<Uint8Array>((left, right) => hashNode(sha256, left, right))

const rootOf = (frontier: Frontier<Uint8Array>): string =>
  encodeHex(frontier.root() ?? hashEmptyTree(sha256))

/** The text of the note that ends a backup. Its second line is no number, so it is no checkpoint. */
export function encodeManifest(manifest: BackupManifest): string {
  return `${MAGIC}${canonicalJson(manifest as unknown as CanonicalJson)}\n`
}

export function parseManifest(text: string): BackupManifest {
  const json = text.startsWith(MAGIC) && text.endsWith('\n') ? text.slice(MAGIC.length, -1) : ''
  let value: CanonicalJson
  try {
    value = parseCanonicalJson(json)
  } catch (error) {
    throw damaged('its manifest does not read', error)
  }
  if (!isManifest(value)) throw damaged('its manifest does not read')
  return value as unknown as BackupManifest
}

const MEMBERS = 'backup,counts,entries,keeper,kind,origin,root,sections,sequence,takenAt,version'

function isManifest(value: CanonicalJson): boolean {
  if (!hasMembers(value, MEMBERS)) return false
  const { kind, backup, keeper, origin, version, counts, sections, root } = value
  const { takenAt, sequence, entries } = value
  const texts = [backup, origin, version, keeper, root]
  return (
    kind === 'full' &&
    texts.every((text) => typeof text === 'string' && text.length <= 256) &&
    [takenAt, sequence, entries].every(isCount) &&
    hasMembers(counts, 'node,outbox,record') &&
    Object.values(counts).every(isCount) &&
    Array.isArray(sections) &&
    sections.length === SECTIONS.length &&
    sections.every(isSection)
  )
}

function isSection(value: unknown, index: number): boolean {
  if (!hasMembers(value, 'bytes,name,root')) return false
  const { name, bytes, root } = value
  return name === SECTIONS[index] && isCount(bytes) && typeof root === 'string'
}

function hasMembers(value: unknown, members: string): value is Readonly<Record<string, unknown>> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && Object.keys(value).sort().join() === members
}

export function encodeSectionName(name: SectionName): Uint8Array {
  return encodeUtf8(name)
}

export function parseSectionName(payload: Uint8Array): string {
  try {
    return decodeUtf8(payload)
  } catch (error) {
    throw damaged('the name of a section does not read', error)
  }
}

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0
