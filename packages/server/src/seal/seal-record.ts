import { KeeperError, type SealFacts } from '@claviger/core'

/** One root key, wrapped under the key that the seal's holders open. */
export interface WrappedRoot {
  readonly generation: number
  /** Base64url of a wrapped record (docs/spec/wrapped-record.md). */
  readonly wrapped: string
}

/** What every kind of seal keeps. Two roots while one replaces the other, the newest last. */
interface SealBase {
  readonly generation: number
  readonly roots: readonly WrappedRoot[]
}

export interface ShamirRecord extends SealBase {
  readonly kind: 'shamir'
  readonly shares: number
  readonly threshold: number
  /** SHA-256 of each share by index from 1, hex: tells a good share from a bad one without unsealing. */
  readonly commitments: readonly string[]
}

export interface PassphraseParameters {
  /** Hex. */
  readonly salt: string
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
}

export interface PassphraseRecord extends SealBase, PassphraseParameters {
  readonly kind: 'passphrase'
}

export interface FileRecord extends SealBase {
  readonly kind: 'file'
}

export type SealRecord = ShamirRecord | PassphraseRecord | FileRecord

/** The content of `seal.json` (docs/spec/seal-file.md). Holds no secret in clear. */
export interface SealFile {
  readonly format: typeof SEAL_FORMAT
  /** Names this keeper's seals, so that another's share is known: 8 bytes in hex, never changes. */
  readonly set: string
  /** The newest generation ever given out; a cancelled rekey uses its own up. */
  readonly lastGeneration: number
  readonly seal: SealRecord
  readonly pending?: SealRecord
  /** The key that authenticates the system's own rows, wrapped under the root. Base64url. */
  readonly systemKey: string
}

export const SEAL_FORMAT = 'claviger-seal/1'
export const SEAL_FILE_BYTES_MAX = 64 * 1024
const WRAPPED_CHARACTERS_MAX = 256
const HEX_SET = /^[0-9a-f]{16}$/
const HEX_SALT = /^[0-9a-f]{32}$/
const HEX_DIGEST = /^[0-9a-f]{64}$/
const BASE64URL = /^[A-Za-z0-9_-]+$/
/** An edited file must not make the keeper allocate without bound, nor take a weak derivation. */
const MEMORY_KIB_MIN = 64 * 1024
const MEMORY_KIB_MAX = 4 * 1024 * 1024
const PASSES_MIN = 3
const PASSES_MAX = 64
const PARALLELISM_MAX = 64
const UINT32_MAX = 0xffff_ffff

export function encodeSealFile(file: SealFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`
}

/** Throws `integrity` for everything that is not exactly a seal file. */
export function parseSealFile(text: string): SealFile {
  if (text.length > SEAL_FILE_BYTES_MAX) throw damaged('it is too long')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw damaged('it is not json')
  }
  const file = members(value, ['format', 'set', 'lastGeneration', 'seal', 'systemKey'], ['pending'])
  if (file['format'] !== SEAL_FORMAT) throw damaged('its format is not known here')
  const pending = file['pending'] === undefined ? undefined : parseRecord(file['pending'])
  return {
    format: SEAL_FORMAT,
    set: textOf(file['set'], HEX_SET),
    lastGeneration: integer(file['lastGeneration'], 1, UINT32_MAX),
    seal: parseRecord(file['seal']),
    ...(pending !== undefined && { pending }),
    systemKey: wrappedText(file['systemKey']),
  }
}

function parseRecord(value: unknown): SealRecord {
  const base = ['kind', 'generation', 'roots']
  const kind = (value as { kind?: unknown } | null)?.kind
  switch (kind) {
    case 'shamir': {
      const record = members(value, [...base, 'shares', 'threshold', 'commitments'])
      const shares = integer(record['shares'], 2, 255)
      const commitments = list(record['commitments'], shares).map((one) => textOf(one, HEX_DIGEST))
      if (commitments.length !== shares) throw damaged('a commitment is missing')
      const threshold = integer(record['threshold'], 2, shares)
      return { kind, ...parseBase(record), shares, threshold, commitments }
    }
    case 'passphrase': {
      const record = members(value, [...base, 'salt', 'memoryKiB', 'passes', 'parallelism'])
      return { kind, ...parseBase(record), ...parseParameters(record) }
    }
    case 'file':
      return { kind, ...parseBase(members(value, base)) }
    default:
      throw damaged('its kind of seal is not known here')
  }
}

/** How a passphrase is turned into a key; throws `integrity` for what this keeper would never have written. */
export function parseParameters(record: Readonly<Record<string, unknown>>): PassphraseParameters {
  return {
    salt: textOf(record['salt'], HEX_SALT),
    memoryKiB: integer(record['memoryKiB'], MEMORY_KIB_MIN, MEMORY_KIB_MAX),
    passes: integer(record['passes'], PASSES_MIN, PASSES_MAX),
    parallelism: integer(record['parallelism'], 1, PARALLELISM_MAX),
  }
}

function parseBase(record: Record<string, unknown>): SealBase {
  const roots = list(record['roots'], 2).map((value) => {
    const root = members(value, ['generation', 'wrapped'])
    return {
      generation: integer(root['generation'], 1, UINT32_MAX),
      wrapped: wrappedText(root['wrapped']),
    }
  })
  const [first, second] = roots
  if (first === undefined) throw damaged('it has no root')
  if (second !== undefined && second.generation <= first.generation) throw damaged('its roots')
  return { generation: integer(record['generation'], 1, UINT32_MAX), roots }
}

function members(
  value: unknown,
  required: readonly string[],
  optional: readonly string[] = [],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damaged('its shape')
  const names = Object.keys(value)
  const isWhole = required.every((name) => names.includes(name))
  const isKnown = names.every((name) => required.includes(name) || optional.includes(name))
  if (!isWhole || !isKnown) throw damaged('its members')
  return value as Record<string, unknown>
}

function integer(value: unknown, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    throw damaged('a number is out of range')
  }
  return value as number
}

function textOf(value: unknown, shape: RegExp): string {
  if (typeof value !== 'string' || !shape.test(value)) throw damaged('a text is malformed')
  return value
}

function wrappedText(value: unknown): string {
  const text = textOf(value, BASE64URL)
  if (text.length > WRAPPED_CHARACTERS_MAX) throw damaged('a wrapped key is too long')
  return text
}

function list(value: unknown, lengthMax: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > lengthMax) throw damaged('a list is malformed')
  return value
}

/** @param what of the file does not read, in a few words */
export function damaged(what: string): KeeperError {
  return new KeeperError(
    'integrity',
    `the seal file is damaged (${what}); restore it from a backup`,
  )
}

export function factsOf(set: string, record: SealRecord): SealFacts {
  const { kind, generation } = record
  if (record.kind !== 'shamir') return { kind, generation }
  return { kind, generation, set, shares: record.shares, threshold: record.threshold }
}

/** What of a record says how it is opened, before any root is wrapped under it. */
export type SealDraft =
  | Omit<ShamirRecord, 'generation' | 'roots'>
  | Omit<PassphraseRecord, 'generation' | 'roots'>
  | Omit<FileRecord, 'generation' | 'roots'>

/** Roots are kept oldest first; there are two while one replaces the other. */
export function newest<One>(ones: readonly One[]): One {
  return ones.at(-1) as One
}

export function assertNotRotating(file: SealFile): void {
  if (file.seal.roots.length === 1) return
  throw new KeeperError('conflict', 'the root key is being rotated; finish that first')
}
