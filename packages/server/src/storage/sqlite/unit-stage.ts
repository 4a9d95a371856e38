import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import {
  type Delete,
  indexOf,
  KeeperError,
  type Put,
  type RecordIndex,
  type Unchanged,
  type UnitOfWork,
} from '@claviger/core'
import { type ByteString, byteString, readU48, u48 } from '../ledger/byte-string.ts'
import { LedgerDraft } from '../ledger/ledger-draft.ts'
import { indexEntries, nameKey, outboxKey, recordKey } from '../ledger/ledger-key.ts'
import type { NodeSource } from '../ledger/ledger.ts'
import type { LedgerState, OutboxRow, RecordRow, StoreMac } from '../ledger/store-mac.ts'
import {
  decodeRecordEntry,
  encodeRecordEntry,
  type RecordEntry,
  type RecordName,
  type RecordReader,
} from './record-reader.ts'
import type { RecordWrite, WriteBatch } from './write-batch.ts'

const VALUE_CHARACTERS_MAX = 1 << 20

type Entries = [key: ByteString, value: ByteString][]

/** A batch to write, the state it makes, and what to do once it is committed. */
export interface StagedBatch {
  readonly batch: WriteBatch
  readonly state: LedgerState
  readonly settle: () => void
}

/** What one unit of work does to the ledger and the rows, computed in full before any of it is done. */
interface Plan {
  readonly removals: ByteString[]
  readonly additions: Entries
  readonly writes: { readonly record: RecordRow; readonly row: number | undefined }[]
  readonly removedRows: number[]
  /** Names the unit gives, each to one id. */
  readonly names: Map<ByteString, RecordName>
}

/**
 * Gathers units of work into one batch. A unit is checked and its pages fetched before it changes
 * anything, so a conflict in one, or a damaged page under one, leaves the others as they are: what a
 * savepoint around each would give, without asking the writer's thread.
 */
export class UnitStage {
  readonly #draft: LedgerDraft
  readonly #reader: RecordReader
  readonly #mac: StoreMac
  readonly #state: LedgerState
  /** Rows written by earlier units of the batch, not yet readable from the database. */
  readonly #records = new Map<number, RecordWrite>()
  readonly #removedRecords = new Set<number>()
  readonly #outbox: OutboxRow[] = []
  readonly #removedOutbox: number[] = []
  #nextRow: number
  #nextOutbox: number

  constructor(source: NodeSource, reader: RecordReader, mac: StoreMac, state: LedgerState) {
    this.#draft = new LedgerDraft(source, mac, state.root, state.nextNode)
    this.#reader = reader
    this.#mac = mac
    this.#state = state
    this.#nextRow = state.nextRow
    this.#nextOutbox = state.nextOutbox
  }

  /** Adds a unit, whole; throws `conflict` or `integrity` and adds nothing. */
  add(work: UnitOfWork): void {
    const plan: Plan = {
      removals: [],
      additions: [],
      writes: [],
      removedRows: [],
      names: new Map(),
    }
    const seen = new Set<string>()
    for (const item of work.unchanged ?? []) this.#assertUnchanged(item)
    for (const item of work.deletes ?? []) this.#planDelete(plan, seen, item)
    for (const put of work.puts) this.#planPut(plan, seen, put)
    this.#checkNames(plan)
    const rows = plan.writes.map(({ record, row }) => ({
      record,
      row: row ?? this.#nextRow++,
      mac: this.#mac.row(record),
    }))
    for (const { record, row, mac } of rows) {
      const key = recordKey(record.kind, record.tenant, record.id)
      plan.additions.push([
        key,
        encodeRecordEntry({ row, revision: record.revision, mac: byteString(mac) }),
      ])
    }
    const outbox = work.outbox === undefined ? undefined : this.#planOutbox(plan, work.outbox)
    const { removals, additions } = difference(plan)
    for (const key of removals) this.#draft.open(key)
    for (const [key] of additions) this.#draft.open(key)

    // INVARIANT: nothing below throws; the unit is in the batch from here on.
    for (const key of removals) this.#draft.delete(key)
    for (const [key, value] of additions) this.#draft.put(key, value)
    for (const row of plan.removedRows) {
      this.#records.delete(row)
      this.#removedRecords.add(row)
    }
    for (const write of rows) this.#records.set(write.row, write)
    if (outbox !== undefined) this.#outbox.push(outbox)
  }

  /** Forgets an outbox entry; one that is not there is not missed. */
  settle(id: string): void {
    const key = outboxKey(id)
    const entry = this.#draft.get(key)
    if (entry === undefined) return
    this.#draft.delete(key)
    this.#removedOutbox.push(readU48(entry, 0))
  }

  finish(): StagedBatch {
    const change = this.#draft.finish()
    const state: LedgerState = {
      sequence: this.#state.sequence + 1,
      root: change.root,
      nextNode: change.nextNode,
      nextRow: this.#nextRow,
      nextOutbox: this.#nextOutbox,
    }
    const batch: WriteBatch = {
      records: [...this.#records.values()],
      removedRecords: [...this.#removedRecords],
      nodes: change.writes,
      removedNodes: change.removed,
      outbox: this.#outbox,
      removedOutbox: this.#removedOutbox,
      state,
      stateMac: this.#mac.state(state),
    }
    return { batch, state, settle: change.settle }
  }

  #planPut(plan: Plan, seen: Set<string>, put: Put): void {
    const { kind, tenant, id, value, expected } = put
    const current = this.#current(put, seen, expected)
    const index = indexOf(kind, value as never)
    const record: RecordRow = {
      kind,
      tenant,
      id,
      revision: expected + 1,
      value: jsonOf(value, kind),
      indexed: jsonOf(index, kind),
    }
    if (current !== undefined) plan.removals.push(...this.#indexKeys(put, current))
    if (index.name !== undefined) {
      const key = nameKey(kind, tenant, index.name)
      if (plan.names.has(key)) throw nameTaken(put)
      plan.names.set(key, put)
    }
    plan.additions.push(...(indexEntries(kind, tenant, id, index) as Entries))
    plan.writes.push({ record, row: current?.row })
  }

  #planDelete(plan: Plan, seen: Set<string>, item: Delete): void {
    const current = this.#current(item, seen, item.expected)
    if (current === undefined) throw changed(item)
    plan.removals.push(
      recordKey(item.kind, item.tenant, item.id),
      ...this.#indexKeys(item, current),
    )
    plan.removedRows.push(current.row)
  }

  #planOutbox(plan: Plan, entry: { readonly id: string; readonly entry: string }): OutboxRow {
    const key = outboxKey(entry.id)
    if (this.#draft.get(key) !== undefined) {
      throw new KeeperError('conflict', `the audit entry ${entry.id} is in the outbox already`)
    }
    const row = { position: this.#nextOutbox++, id: entry.id, entry: entry.entry }
    plan.additions.push([key, u48(row.position) + byteString(this.#mac.outbox(row))])
    return row
  }

  #assertUnchanged(item: Unchanged): void {
    const entry = this.#draft.get(recordKey(item.kind, item.tenant, item.id))
    const revision = entry === undefined ? 0 : decodeRecordEntry(entry).revision
    if (revision !== item.expected) throw changed(item)
  }

  /** The record as it stands, checked against the revision that the change was computed from. */
  #current(name: RecordName, seen: Set<string>, expected: number): RecordEntry | undefined {
    const key = recordKey(name.kind, name.tenant, name.id)
    if (seen.has(key)) {
      throw new KeeperError('conflict', `the change names ${name.kind} ${name.id} twice`)
    }
    seen.add(key)
    const entry = this.#draft.get(key)
    const current = entry === undefined ? undefined : decodeRecordEntry(entry)
    if ((current?.revision ?? 0) !== expected) throw changed(name)
    return current
  }

  /** The ledger keys of a record's present index, as the row itself tells them. */
  #indexKeys(name: RecordName, entry: RecordEntry): readonly ByteString[] {
    const row = this.#records.get(entry.row)?.record ?? this.#reader.row(name, entry)
    const index = JSON.parse(row.indexed) as RecordIndex
    return indexEntries(name.kind, name.tenant, name.id, index).map(([key]) => key)
  }

  #checkNames(plan: Plan): void {
    const freed = new Set(plan.removals)
    for (const [key, name] of plan.names) {
      if (!freed.has(key) && this.#draft.get(key) !== undefined) throw nameTaken(name)
    }
  }
}

/** A change leaves most of an index as it was: what is both removed and added is left alone. */
function difference(plan: Plan): { readonly removals: ByteString[]; readonly additions: Entries } {
  if (plan.removals.length === 0) return plan
  const added = new Set(plan.additions.map(([key]) => key))
  const removed = new Set(plan.removals)
  return {
    removals: plan.removals.filter((key) => !added.has(key)),
    // An entry with a value may have passed to another record.
    additions: plan.additions.filter(([key, value]) => value.length > 0 || !removed.has(key)),
  }
}

function jsonOf(value: unknown, kind: string): string {
  let text: string
  try {
    text = canonicalJson(value as CanonicalJson)
  } catch (error) {
    throw new KeeperError('invalid-input', `the ${kind} record holds what JSON cannot`, {
      cause: error,
    })
  }
  if (text.length > VALUE_CHARACTERS_MAX) {
    throw new KeeperError('too-large', `the ${kind} record is over 1 MiB; shorten what it holds`)
  }
  return text
}

function changed({ kind, id }: RecordName): KeeperError {
  return new KeeperError('conflict', `${kind} ${id} was changed meanwhile; read it again`, {
    details: { kind, id },
  })
}

function nameTaken({ kind, id }: RecordName): KeeperError {
  return new KeeperError('conflict', `the name of ${kind} ${id} is taken; choose another`, {
    details: { kind, id },
  })
}
