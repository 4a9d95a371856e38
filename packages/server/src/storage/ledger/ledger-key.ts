import {
  type Instant,
  KeeperError,
  type RecordIndex,
  type RecordKind,
  type TenantId,
} from '@claviger/core'
import { type ByteString, fromUtf8, utf8 } from './byte-string.ts'
import { LEDGER_KEY_BYTES_MAX } from './ledger-node.ts'

/**
 * The keys of the ledger (docs/spec/stored-row.md §3.2): segments of UTF-8 joined by a NUL, which no
 * segment holds, so that one key cannot be read as another.
 */
const RECORD = 'r'
const NAME = 'n'
const PARENT = 'p'
const FACET = 'f'
const DUE = 'd'
const OUTBOX = 'o'

const SEPARATOR = '\0'
const DUE_DIGITS = 14

const NOT_A_SEGMENT = /\0|[\ud800-\udfff]/

export function ledgerKey(...segments: readonly string[]): ByteString {
  for (const segment of segments) {
    if (NOT_A_SEGMENT.test(segment) && (segment.includes(SEPARATOR) || !segment.isWellFormed())) {
      throw new KeeperError(
        'invalid-input',
        'a name, label or id holds a character that is not text',
      )
    }
  }
  const key = utf8(segments.join(SEPARATOR))
  if (key.length > LEDGER_KEY_BYTES_MAX) {
    throw new KeeperError('too-large', 'a name, label or id is too long to be indexed')
  }
  return key
}

export const recordKey = (kind: RecordKind, tenant: TenantId, id: string): ByteString =>
  ledgerKey(RECORD, kind, tenant, id)

export const nameKey = (kind: RecordKind, tenant: TenantId, name: string): ByteString =>
  ledgerKey(NAME, kind, tenant, name)

export const outboxKey = (id: string): ByteString => ledgerKey(OUTBOX, id)

/** Every prefix ends in the separator: `ledgerKey` joins an empty last segment. */
export const recordPrefix = (kind: RecordKind, tenant: TenantId): ByteString =>
  ledgerKey(RECORD, kind, tenant, '')

export const parentPrefix = (kind: RecordKind, tenant: TenantId, parent: string): ByteString =>
  ledgerKey(PARENT, kind, tenant, parent, '')

export const facetPrefix = (kind: RecordKind, tenant: TenantId, facet: string): ByteString =>
  ledgerKey(FACET, kind, tenant, facet, '')

export const duePrefix = (kind: RecordKind): ByteString => ledgerKey(DUE, kind, '')
export const OUTBOX_PREFIX: ByteString = ledgerKey(OUTBOX, '')

/** The instant as fixed-width hexadecimal, so that text order is time order. */
export function dueDigits(due: Instant): string {
  if (!Number.isSafeInteger(due) || due < 0) {
    throw new KeeperError('invalid-input', 'a due date is before 1970 or not a whole millisecond')
  }
  return due.toString(16).padStart(DUE_DIGITS, '0')
}

/** The last segment of a key: an id. */
export function lastSegment(key: ByteString): string {
  return fromUtf8(key.slice(key.lastIndexOf(SEPARATOR) + 1))
}

export interface DueEntry {
  readonly due: Instant
  readonly tenant: TenantId
  readonly id: string
}

export function decodeDueKey(key: ByteString): DueEntry {
  const [, , due, tenant, id] = fromUtf8(key).split(SEPARATOR)
  return { due: Number.parseInt(due ?? '', 16), tenant: tenant as TenantId, id: id ?? '' }
}

/** The ledger entries that a record's index gives, besides its own. */
export function indexEntries(
  kind: RecordKind,
  tenant: TenantId,
  id: string,
  index: RecordIndex,
): readonly (readonly [key: ByteString, value: ByteString])[] {
  const entries: [ByteString, ByteString][] = []
  const add = (key: ByteString, value: ByteString = '') => void entries.push([key, value])
  if (index.name !== undefined) add(nameKey(kind, tenant, index.name), utf8(id))
  if (index.parent !== undefined) add(ledgerKey(PARENT, kind, tenant, index.parent, id))
  if (index.due !== undefined) add(ledgerKey(DUE, kind, dueDigits(index.due), tenant, id))
  for (const facet of new Set(index.facets)) add(ledgerKey(FACET, kind, tenant, facet, id))
  return entries
}
