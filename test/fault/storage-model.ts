import assert from 'node:assert/strict'
import { DEFAULT_TENANT, type Store } from '@claviger/core'
import { sampleId } from '@claviger/testkit'
import type { StoreAnchor } from '../../packages/server/src/storage/sqlite/sqlite-store.ts'

/** What the output of the workload promises. */
export interface Acknowledged {
  /** The newest change of each writer that resolved. */
  readonly changes: Map<number, number>
  anchor: StoreAnchor | undefined
}

export function nothingAcknowledged(): Acknowledged {
  return { changes: new Map(), anchor: undefined }
}

export function readAcknowledged(output: string, into: Acknowledged): void {
  for (const line of output.split('\n').slice(0, -1)) {
    const [word, writer, change, sequence, digest = ''] = line.split(' ')
    if (word !== 'ack') continue
    into.changes.set(Number(writer), Number(change))
    const anchor = { sequence: Number(sequence), digest }
    if (into.anchor === undefined || anchor.sequence >= into.anchor.sequence) into.anchor = anchor
  }
}

/**
 * Every acknowledged change is there, at most one that was not acknowledged is too, and each is whole: the
 * key, its version and the audit entry tell of the same change.
 */
export async function assertWhole(
  store: Store,
  writers: number,
  acknowledged: Acknowledged,
): Promise<void> {
  const pending = new Set((await store.pendingOutbox()).map(({ id }) => String(id)))
  for (let writer = 0; writer < writers; writer++) {
    const known = acknowledged.changes.get(writer) ?? 0
    const stored = pending.has(`e-${writer}-${known + 1}`) ? known + 1 : known
    for (let change = 1; change <= stored; change++) {
      assert.ok(pending.has(`e-${writer}-${change}`), `entry ${change} of writer ${writer}`)
    }
    assert.ok(!pending.has(`e-${writer}-${stored + 1}`), 'one change in flight a writer')
    const key = await store.get('key', DEFAULT_TENANT, sampleId(writer))
    const version = await store.get('key-version', DEFAULT_TENANT, `${sampleId(writer)}/1`)
    if (stored % 5 === 0) {
      assert.equal(key, undefined)
      assert.equal(version, undefined)
      continue
    }
    assert.equal(key?.value.labels['change'], `${stored}`)
    assert.equal(version?.value.generation, stored)
    assert.equal(key?.revision, stored % 5)
    const found = await store.list('key', {
      tenant: DEFAULT_TENANT,
      limit: 10,
      facets: [`label:change=${stored}`],
    })
    assert.ok(found.records.some(({ id }) => id === sampleId(writer)))
    assert.deepEqual(found.damaged, [])
    acknowledged.changes.set(writer, stored)
  }
}
