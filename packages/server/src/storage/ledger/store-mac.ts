import { Buffer } from 'node:buffer'
import { type RecordKind, type RowGuard, SYSTEM_TENANT, type TenantId } from '@claviger/core'
import type { NodeRef } from './ledger-node.ts'

/** A record as the engine keeps it (docs/spec/stored-row.md §2). */
export interface RecordRow {
  readonly kind: RecordKind
  readonly tenant: TenantId
  readonly id: string
  readonly revision: number
  /** Canonical JSON. */
  readonly value: string
  /** Canonical JSON of the index that was derived when the row was written. */
  readonly indexed: string
}

export interface OutboxRow {
  readonly position: number
  readonly id: string
  readonly entry: string
}

/** The head of the ledger: what one commit replaces as a whole. */
export interface LedgerState {
  /** Grows by one with each commit. */
  readonly sequence: number
  readonly root: NodeRef | undefined
  readonly nextNode: number
  readonly nextRow: number
  readonly nextOutbox: number
}

const ROW_LABEL = Buffer.from('claviger-row/v1\n')
const OUTBOX_LABEL = Buffer.from('claviger-outbox/v1\n')
const NODE_LABEL = Buffer.from('claviger-ledger-node/v1\n')
const STATE_LABEL = Buffer.from('claviger-ledger-state/v1\n')
const NO_ROOT = '\0'.repeat(32)

/** label || kind v16 || tenant v16 || id v16 || revision u64 || value v32 || indexed v32 */
export function rowMessage(row: RecordRow): Buffer {
  const kind = Buffer.byteLength(row.kind)
  const tenant = Buffer.byteLength(row.tenant)
  const id = Buffer.byteLength(row.id)
  const value = Buffer.byteLength(row.value)
  const indexed = Buffer.byteLength(row.indexed)
  const message = Buffer.allocUnsafe(ROW_LABEL.length + 22 + kind + tenant + id + value + indexed)
  let at = ROW_LABEL.copy(message)
  at = vector16(message, at, row.kind, kind)
  at = vector16(message, at, row.tenant, tenant)
  at = vector16(message, at, row.id, id)
  at = u64(message, at, row.revision)
  at = vector32(message, at, row.value, value)
  vector32(message, at, row.indexed, indexed)
  return message
}

/** label || position u64 || id v16 || entry v32 */
export function outboxMessage(row: OutboxRow): Buffer {
  const id = Buffer.byteLength(row.id)
  const entry = Buffer.byteLength(row.entry)
  const message = Buffer.allocUnsafe(OUTBOX_LABEL.length + 14 + id + entry)
  let at = u64(message, OUTBOX_LABEL.copy(message), row.position)
  at = vector16(message, at, row.id, id)
  vector32(message, at, row.entry, entry)
  return message
}

/** label || node id u64 || node */
export function nodeMessage(id: number, body: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(NODE_LABEL.length + 8 + body.length)
  message.set(body, u64(message, NODE_LABEL.copy(message), id))
  return message
}

/** label || sequence u64 || next node u64 || next row u64 || next outbox u64 || root id u64 || root digest 32 */
export function stateMessage(state: LedgerState): Buffer {
  const message = Buffer.allocUnsafe(STATE_LABEL.length + 72)
  let at = STATE_LABEL.copy(message)
  at = u64(message, at, state.sequence)
  at = u64(message, at, state.nextNode)
  at = u64(message, at, state.nextRow)
  at = u64(message, at, state.nextOutbox)
  at = u64(message, at, state.root?.id ?? 0)
  message.write(state.root?.digest ?? NO_ROOT, at, 'latin1')
  return message
}

/** The four MACs of the store. What belongs to one tenant is under its key, what spans them under the system's. */
export class StoreMac {
  readonly #guard: RowGuard

  constructor(guard: RowGuard) {
    this.#guard = guard
  }

  row(row: RecordRow): Uint8Array {
    return this.#guard.mac(row.tenant, rowMessage(row))
  }

  outbox(row: OutboxRow): Uint8Array {
    return this.#guard.mac(SYSTEM_TENANT, outboxMessage(row))
  }

  node(id: number, body: Uint8Array): Uint8Array {
    return this.#guard.mac(SYSTEM_TENANT, nodeMessage(id, body))
  }

  state(state: LedgerState): Uint8Array {
    return this.#guard.mac(SYSTEM_TENANT, stateMessage(state))
  }
}

function u64(message: Buffer, at: number, value: number): number {
  message.writeUInt16BE(0, at)
  return message.writeUIntBE(value, at + 2, 6)
}

function vector16(message: Buffer, at: number, text: string, length: number): number {
  const start = message.writeUInt16BE(length, at)
  return start + message.write(text, start, length, 'utf8')
}

function vector32(message: Buffer, at: number, text: string, length: number): number {
  const start = message.writeUInt32BE(length, at)
  return start + message.write(text, start, length, 'utf8')
}
