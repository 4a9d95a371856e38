import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeBase64url, encodeBase64url } from '@claviger/bytes'
import type { Key, KeyVersion, ManagedObject, Tenant, Token } from '@claviger/core'
import { hash, type OpenKey, openKey } from '@claviger/crypto'
import type { RecordBinding } from '@claviger/envelope'
import { unwrapRecord } from '../../src/custody/software/wrapped-record.ts'
import { parseSealFile } from '../../src/seal/seal-record.ts'

/** A row as it lies in the database; nothing is asked of the keeper. */
interface Row {
  readonly kind: string
  readonly tenant: string
  readonly id: string
  readonly value: unknown
}

export interface Opened {
  /** Whose binding fitted. */
  readonly tenant: string
  readonly binding: RecordBinding
  readonly plaintext: Uint8Array
}

const KEY_BYTES = 32
/** How a wrapped record begins in base64url: its first byte is 0xd1, and its key's version is small. */
const WRAPPED_TEXT = /0Q[A-Za-z0-9_-]{58,}/g
const WRAPPED_BYTES_MIN = 45
const KEKS_TRIED = 8
/** A key of 32 bytes, wrapped. */
const WRAPPED_KEY_CHARACTERS = 103

/** Every root key there is, by the key file of a development seal. */
export function rootKeys(data: string): readonly Uint8Array[] {
  const { seal, set } = parseSealFile(readFileSync(join(data, 'seal.json'), 'utf8'))
  const key = openKey('aes-256', readFileSync(join(data, `seal-${seal.generation}.key`)))
  return seal.roots.map(({ generation, wrapped }) =>
    unwrapRecord(key, { kind: 'root', generation, set }, decodeBase64url(wrapped)),
  )
}

export function rowsOf(data: string): readonly Row[] {
  const folder = join(data, 'store')
  const file = readdirSync(folder).find((name) => /\.(?:db|sqlite3?)$/.test(name))
  const database = new DatabaseSync(join(folder, file ?? 'none'), { readOnly: true })
  try {
    const rows = database.prepare('SELECT kind, tenant, id, value FROM record').all()
    return rows.map((row) => ({ ...row, value: JSON.parse(String(row['value'])) }) as Row)
  } finally {
    database.close()
  }
}

/** Everything in any file of the folder that could be a wrapped record, whatever table or free page it lies in. */
export function wrappedTexts(folder: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'latin1')
    for (const [match] of text.matchAll(WRAPPED_TEXT)) {
      // What lies over the end of an overwritten row may look like more of it.
      for (const part of [match, match.slice(0, WRAPPED_KEY_CHARACTERS)]) {
        if (isBase64url(part)) found.add(part)
      }
    }
  }
  return found
}

function isBase64url(text: string): boolean {
  try {
    decodeBase64url(text)
    return true
  } catch {
    return false
  }
}

/** All that may be a wrapped record, in rows and in whatever else there is. */
export function everyText(data: string): ReadonlySet<string> {
  return new Set([...wrappedTexts(data), ...rowsOf(data).flatMap(({ value }) => textsIn(value))])
}

/** Every text in a value: a wrapped record is one of them, wherever it may be. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^0Q[A-Za-z0-9_-]{58,}$/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** Everything that a record of these rows can be bound to; the attacker knows the format. */
export function bindingsOf(rows: readonly Row[]): readonly RecordBinding[] {
  const keys = new Map<string, Key>()
  for (const { kind, id, value } of rows) if (kind === 'key') keys.set(id, value as Key)
  return rows.flatMap(({ kind, id, tenant, value }): RecordBinding[] => {
    switch (kind) {
      case 'tenant':
        return tenantBindings(value as Tenant)
      case 'key-version': {
        const { key, version, generation } = value as KeyVersion
        const { spec, purpose } = keys.get(key) as Key
        return [{ kind: 'material', tenant, key, version, spec, purpose, generation }]
      }
      case 'object':
        return contents(tenant, id, (value as ManagedObject).kind)
      case 'token':
        return (value as Token).sharedSecret ? contents(tenant, id, 'shared-secret') : []
      default:
        return []
    }
  })
}

function contents(tenant: string, object: string, objectKind: string): RecordBinding[] {
  return [{ kind: 'content', tenant, object, objectKind, generation: 1 }]
}

function tenantBindings({ id: tenant }: Tenant): RecordBinding[] {
  const keks = Array.from({ length: KEKS_TRIED }, (_, index): RecordBinding[] => [
    { kind: 'tenant-kek', tenant, version: index + 1 },
    { kind: 'own-kek', tenant, version: index + 1 },
  ])
  return [...keks.flat(), { kind: 'integrity-key', tenant }]
}

/**
 * Tries every record under every key and every binding, and every key and record that this brings up again, until
 * nothing new opens.
 */
export function openAll(
  texts: Iterable<string>,
  bindings: readonly RecordBinding[],
  keys: readonly Uint8Array[],
): readonly Opened[] {
  const opened: Opened[] = []
  const records = new Map([...texts].map((text) => [text, decodeBase64url(text)] as const))
  const known = new Map<string, Uint8Array>()
  const tried = new Set<string>()
  const learn = (bytes: Uint8Array): void => {
    // A key as it is, and what somebody might make of it.
    for (const key of [bytes, hash('sha256', bytes)]) known.set(encodeBase64url(key), key)
  }
  for (const key of keys) learn(key)
  for (let before = -1; before !== known.size + records.size; ) {
    before = known.size + records.size
    for (const [keyText, bytes] of known) {
      const key = openKey('aes-256', Uint8Array.from(bytes))
      for (const [text, record] of records) {
        const attempt = `${keyText} ${text}`
        if (tried.has(attempt)) continue
        tried.add(attempt)
        const found = openOne(key, record, bindings)
        if (found === undefined) continue
        opened.push(found)
        const { plaintext } = found
        if (plaintext.length === KEY_BYTES) learn(plaintext)
        if (plaintext.length >= WRAPPED_BYTES_MIN)
          records.set(encodeBase64url(plaintext), plaintext)
      }
    }
  }
  return opened
}

function openOne(
  key: OpenKey,
  record: Uint8Array,
  bindings: readonly RecordBinding[],
): Opened | undefined {
  for (const binding of bindings) {
    try {
      const plaintext = Uint8Array.from(unwrapRecord(key, binding, record))
      return { tenant: 'tenant' in binding ? binding.tenant : '', binding, plaintext }
    } catch {
      // Not by this key, or not this.
    }
  }
  return undefined
}

/** How many records of each kind were opened. */
export function counted(
  opened: readonly Opened[],
  tenant: string,
): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { binding } of opened.filter((one) => one.tenant === tenant)) {
    counts[binding.kind] = (counts[binding.kind] ?? 0) + 1
  }
  return counts
}
