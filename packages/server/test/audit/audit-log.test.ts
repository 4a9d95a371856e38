import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { verifyTlogProof } from '@claviger/tlog'
import fc from 'fast-check'
import { AuditLogReader, FileTileSource, verifyLogFolder } from '../../src/audit/index.ts'
import {
  appendMany,
  keys,
  makeEntry,
  openLog,
  ORIGIN,
  sha256,
  temporaryFolder,
} from './test-log.ts'

const trust = { sha256, verifiers: keys.verifiers, origin: ORIGIN }

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items)
}

describe('FileAuditLog', () => {
  it('numbers entries in the order of append and keeps them over a restart', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder)
    const indexes = await Promise.all([0, 1, 2].map((at) => log.append(makeEntry(at))))
    assert.deepEqual(indexes, [0, 1, 2])
    assert.equal(await log.append(makeEntry(3)), 3)
    assert.equal(log.size, 4)
    await log.close()
    const again = await openLog(folder)
    t.after(() => again.close())
    assert.equal(again.size, 4)
    assert.equal(await again.append(makeEntry(4)), 4)
  })

  it('refuses what cannot be an entry, and everything once closed', async (t) => {
    const log = await openLog(temporaryFolder(t))
    await assert.rejects(log.append('x'.repeat(65_536)), { code: 'too-large' })
    await assert.rejects(log.append('é'.repeat(32_768)), { code: 'too-large' })
    await assert.rejects(log.append('\ud800'), { code: 'too-large' })
    assert.equal(await log.append('x'.repeat(65_535)), 0)
    await log.close()
    await log.close()
    await assert.rejects(log.append('{}'), { code: 'shutting-down' })
  })

  it('commits a batch larger than one frame in order', async (t) => {
    const log = await openLog(temporaryFolder(t))
    const large = 'y'.repeat(65_000)
    const indexes = await Promise.all(Array.from({ length: 150 }, () => log.append(large)))
    assert.deepEqual(indexes, [...indexes.keys()])
    await log.close()
    const again = await openLog(log.folder)
    assert.equal(again.size, 150)
    await again.close()
  })

  it('writes tiles that are those of the entries, and drops the journal they replace', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { segmentBytes: 20_000 })
    for (let round = 0; round < 20; round++) await appendMany(log, round * 130, 130)
    await log.close()
    const result = await verifyLogFolder(folder, trust)
    assert.equal(result.entries, 2600)
    const segments = readdirSync(join(folder, 'journal'))
    assert.ok(segments.length <= 2, segments.join())
    // Full tiles have replaced their partial ones.
    const tiles = readdirSync(join(folder, 'tile', '0')).toSorted()
    assert.deepEqual(
      tiles.filter((name) => name.endsWith('.p')),
      ['010.p'],
    )
  })

  it('publishes checkpoints by number, by time and on demand, consistent with each other', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { checkpointEntries: 300, checkpointIntervalMs: 50 })
    const saved = (await log.checkpoint()).note
    await appendMany(log, 0, 10)
    const deadline = Date.now() + 5000
    while (log.published?.size !== 10 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.equal(log.published?.size, 10)
    const second = log.published?.note
    await appendMany(log, 10, 400)
    assert.equal((await log.checkpoint()).size, 410)
    await log.close()
    for (const note of [saved, second]) {
      const result = await verifyLogFolder(folder, { ...trust, saved: note })
      assert.equal(result.checkpoint.verified.length, 2)
    }
  })

  it('survives any sequence of appends and restarts', async (t) => {
    const step = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant('restart' as const))
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
        const folder = temporaryFolder(t)
        const options = { segmentBytes: 8000, checkpointIntervalMs: 1 }
        let log = await openLog(folder, options)
        let size = 0
        for (const count of steps) {
          if (count === 'restart') {
            await log.close()
            log = await openLog(folder, options)
          } else {
            await appendMany(log, size, count)
            size += count
          }
          assert.equal(log.size, size)
        }
        await log.close()
        let seen = 0
        await verifyLogFolder(folder, {
          ...trust,
          onEntry: (index, entry) => {
            assert.equal(Buffer.from(entry).toString(), makeEntry(index))
            seen++
          },
        })
        assert.equal(seen, size)
      }),
      { numRuns: 12 },
    )
  })
})

describe('AuditLogReader', () => {
  it('iterates both ways, in ranges and with a filter, over files and memory', async (t) => {
    const log = await openLog(temporaryFolder(t))
    t.after(() => log.close())
    await appendMany(log, 0, 600)
    const reader = new AuditLogReader(log, new FileTileSource(log.folder), sha256)
    const indexes = async (query: Parameters<typeof reader.entries>[0]) =>
      (await collect(reader.entries(query))).map(({ index }) => index)
    assert.deepEqual(await indexes({}), [...Array(600).keys()])
    assert.deepEqual(await indexes({ order: 'newest-first' }), [...Array(600).keys()].toReversed())
    assert.deepEqual(await indexes({ from: 254, to: 258 }), [254, 255, 256, 257])
    assert.deepEqual(await indexes({ from: 598 }), [598, 599])
    assert.deepEqual(await indexes({ from: 600 }), [])
    const where = ({ text }: { text: string }) => text.includes('-51')
    assert.equal((await indexes({ where, order: 'newest-first' }))[0], 519)
    assert.equal((await reader.entry(300))?.text, makeEntry(300))
    assert.equal(await reader.entry(600), undefined)
  })

  it('finds entries by id from an index on', async (t) => {
    const log = await openLog(temporaryFolder(t))
    t.after(() => log.close())
    await appendMany(log, 0, 300)
    await log.append('not JSON')
    const reader = new AuditLogReader(log, new FileTileSource(log.folder), sha256)
    const found = await reader.findEntries(['event-3', 'event-299', 'event-300'], 3)
    assert.deepEqual(
      [...found],
      [
        ['event-3', 3],
        ['event-299', 299],
      ],
    )
    assert.deepEqual([...(await reader.findEntries(['event-3'], 4))], [])
    assert.deepEqual([...(await reader.findEntries([], 0))], [])
  })

  it('makes receipts that verify alone, and that any change breaks', async (t) => {
    const log = await openLog(temporaryFolder(t))
    t.after(() => log.close())
    await appendMany(log, 0, 300)
    const reader = new AuditLogReader(log, new FileTileSource(log.folder), sha256)
    for (const index of [0, 255, 256, 299]) {
      const receipt = Buffer.from(await reader.receipt(index))
      const verified = await verifyTlogProof(receipt, trust)
      assert.equal(Buffer.from(verified.entry).toString(), makeEntry(index))
      const other = Buffer.from(receipt.toString().replace(`index ${index}`, 'index 7'))
      await assert.rejects(verifyTlogProof(other, trust), { name: 'TlogError' })
    }
    await assert.rejects(reader.receipt(300), { code: 'not-found' })
  })
})
