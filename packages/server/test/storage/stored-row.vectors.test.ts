import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { encodeHex } from '@claviger/bytes'
import type { RecordIndex, RecordKind, TenantId } from '@claviger/core'
import { byteString, bytesOf } from '../../src/storage/ledger/byte-string.ts'
import {
  indexEntries,
  ledgerKey,
  outboxKey,
  recordKey,
} from '../../src/storage/ledger/ledger-key.ts'
import { decodeNodeRef, encodeNode, LedgerNode } from '../../src/storage/ledger/ledger-node.ts'
import {
  nodeMessage,
  outboxMessage,
  rowMessage,
  stateMessage,
  StoreMac,
} from '../../src/storage/ledger/store-mac.ts'
import { fixedGuard } from './temporary-store.ts'

interface Vectors {
  readonly rows: readonly {
    readonly name: string
    readonly kind: RecordKind
    readonly tenant: TenantId
    readonly id: string
    readonly revision: number
    readonly value: string
    readonly indexed: string
    readonly message: string
    readonly mac: string
    readonly entries: readonly (readonly [key: string, value: string])[]
  }[]
  readonly outbox: {
    readonly position: number
    readonly id: string
    readonly entry: string
    readonly message: string
    readonly mac: string
  }
  readonly nodes: readonly {
    readonly id: number
    readonly level: number
    readonly entries: readonly (readonly [key: string, value: string])[]
    readonly body: string
    readonly digest: string
  }[]
  readonly state: {
    readonly sequence: number
    readonly root: number
    readonly digest: string
    readonly nextNode: number
    readonly nextRow: number
    readonly nextOutbox: number
    readonly message: string
    readonly mac: string
  }
}

const FILE = join(import.meta.dirname, '../../../../docs/spec/vectors/stored-row.json')
const vectors = JSON.parse(readFileSync(FILE, 'utf8')) as Vectors
const mac = new StoreMac(fixedGuard())
const hexOf = (text: string) => encodeHex(bytesOf(text))
const textOf = (hex: string) => byteString(Uint8Array.fromHex(hex))

describe('stored rows, as docs/spec/stored-row.md has them', () => {
  for (const row of vectors.rows) {
    test(`row: ${row.name}`, () => {
      assert.equal(encodeHex(rowMessage(row)), row.message)
      assert.equal(encodeHex(mac.row(row)), row.mac)
      const index = JSON.parse(row.indexed) as RecordIndex
      const entries = indexEntries(row.kind, row.tenant, row.id, index)
      const found = entries.map(([key, value]) => [hexOf(key), hexOf(value)])
      assert.deepEqual(found, row.entries)
    })
  }

  test('outbox entry', () => {
    const { outbox } = vectors
    assert.equal(encodeHex(outboxMessage(outbox)), outbox.message)
    assert.equal(encodeHex(mac.outbox(outbox)), outbox.mac)
  })

  for (const { id, level, entries, body, digest } of vectors.nodes) {
    test(`node ${id}`, () => {
      const keys = entries.map(([key]) => textOf(key))
      const values = entries.map(([, value]) => textOf(value))
      const encoded = encodeNode(level, keys, values)
      assert.equal(hexOf(encoded), body)
      assert.equal(encodeHex(mac.node(id, bytesOf(encoded))), digest)
      assert.equal(nodeMessage(id, bytesOf(encoded)).toString('latin1').endsWith(encoded), true)
      const node = new LedgerNode(textOf(body))
      assert.equal(node.level, level)
      keys.forEach((key, index) => {
        assert.equal(node.find(key), index)
        assert.equal(node.valueAt(index), values[index])
      })
      if (level > 0) assert.equal(decodeNodeRef(node.valueAt(0)).digest.length, 32)
    })
  }

  test('state', () => {
    const { root, digest, ...counts } = vectors.state
    const state = { ...counts, root: { id: root, digest: textOf(digest) } }
    assert.equal(encodeHex(stateMessage(state)), vectors.state.message)
    assert.equal(encodeHex(mac.state(state)), vectors.state.mac)
  })

  test('keys refuse what would make one readable as another', () => {
    assert.throws(() => ledgerKey('a\0b'), /not text/)
    assert.throws(() => recordKey('key', 'a' as TenantId, '\ud800'), /not text/)
    assert.throws(() => outboxKey('x'.repeat(2_000)), /too long/)
  })
})
