import { constantTimeEqual } from '@claviger/bytes'
import { KeeperError, type RecordKind, type Stored, type TenantId } from '@claviger/core'
import { type ByteString, bytesOf, readU48, u48 } from '../ledger/byte-string.ts'
import { recordKey } from '../ledger/ledger-key.ts'
import type { LedgerView } from '../ledger/ledger.ts'
import type { RecordRow, StoreMac } from '../ledger/store-mac.ts'
import type { StoredRow } from './database.ts'

/** What the ledger holds of a record: `row u48 || revision u48 || mac 32`. */
export interface RecordEntry {
  readonly row: number
  readonly revision: number
  readonly mac: ByteString
}

export function encodeRecordEntry(entry: RecordEntry): ByteString {
  return u48(entry.row) + u48(entry.revision) + entry.mac
}

export function decodeRecordEntry(bytes: ByteString): RecordEntry {
  return { row: readU48(bytes, 0), revision: readU48(bytes, 6), mac: bytes.slice(12) }
}

export interface RecordName {
  readonly kind: RecordKind
  readonly tenant: TenantId
  readonly id: string
}

export function damagedRecord({ kind, id }: RecordName, what: string): KeeperError {
  return new KeeperError('integrity', `${kind} ${id} ${what}; restore it from a backup`, {
    details: { kind, id },
  })
}

/** Takes a row for what the ledger says it is, or throws `integrity` and names the record. */
export class RecordReader {
  readonly #row: (row: number) => StoredRow | undefined
  readonly #mac: StoreMac

  constructor(row: (row: number) => StoredRow | undefined, mac: StoreMac) {
    this.#row = row
    this.#mac = mac
  }

  /** The record's row as the ledger tells it; undefined when there is no such record. */
  find(view: LedgerView, kind: RecordKind, tenant: TenantId, id: string): RecordRow | undefined {
    const entry = view.get(recordKey(kind, tenant, id))
    return entry === undefined
      ? undefined
      : this.row({ kind, tenant, id }, decodeRecordEntry(entry))
  }

  /** The row that `entry` names, authenticated. */
  row(name: RecordName, entry: RecordEntry): RecordRow {
    const row = this.#row(entry.row)
    if (row === undefined) throw damagedRecord(name, 'is missing from the store, or cannot be read')
    const isNamed = row.kind === name.kind && row.tenant === name.tenant && row.id === name.id
    if (!isNamed || row.revision !== entry.revision) {
      throw damagedRecord(name, 'was replaced in the store')
    }
    // The ledger's copy of the MAC tells an older row of the same revision; the computed one, any edit.
    const computed = this.#mac.row(row)
    const known = bytesOf(entry.mac)
    if (!constantTimeEqual(computed, known) || !constantTimeEqual(row.mac, known)) {
      throw damagedRecord(name, 'does not authenticate')
    }
    return row
  }
}

/** A row as the domain sees it. */
export function storedOf<K extends RecordKind>(row: RecordRow): Stored<K> {
  const { tenant, id, revision } = row
  return {
    kind: row.kind as K,
    tenant,
    id,
    revision,
    value: JSON.parse(row.value) as Stored<K>['value'],
  }
}
