import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { LogFileError, verifyLogFolder } from '../../src/audit/index.ts'
import { FaultFiles } from './fault-files.ts'
import {
  appendMany,
  keys,
  makeEntry,
  openLog,
  ORIGIN,
  sha256,
  temporaryFolder,
} from './test-log.ts'

const never = { retryIntervalMs: 1_000_000 }
const trust = { sha256, verifiers: keys.verifiers, origin: ORIGIN }

async function openFaulty(folder: string, options = {}) {
  const files = new FaultFiles()
  const log = await openLog(folder, { files, ...never, ...options })
  await appendMany(log, 0, 10)
  return { files, log }
}

describe('a log on a failing disk', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']) {
    it(`refuses when a write meets ${code} half way, and resumes`, async (t) => {
      const { files, log } = await openFaulty(temporaryFolder(t))
      files.inject({ operation: 'write', code, shortBytes: 70, times: 1 })
      const results = await Promise.allSettled([
        log.append(makeEntry(10)),
        log.append(makeEntry(11)),
      ])
      for (const result of results) {
        assert.equal(result.status, 'rejected')
        assert.equal(result.reason.code, 'log-unavailable')
        assert.ok(result.reason.cause instanceof LogFileError)
        assert.match(
          result.reason.cause.message,
          new RegExp(`write of .*journal.* failed: ${code}`),
        )
      }
      assert.equal(log.failure?.code, 'log-unavailable')
      await assert.rejects(log.append(makeEntry(10)), { code: 'log-unavailable' })
      assert.equal(log.size, 10)
      await log.restore()
      assert.equal(log.failure, undefined)
      assert.equal(await log.append(makeEntry(10)), 10)
      await log.close()
      assert.equal((await verifyLogFolder(log.folder, trust)).entries, 11)
      const again = await openLog(log.folder)
      assert.equal(again.size, 11)
      await again.close()
    })
  }

  it('keeps refusing while the disk stays full, then resumes by itself', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t), { retryIntervalMs: 5 })
    files.inject({ operation: 'write', code: 'ENOSPC', times: 6 })
    await assert.rejects(log.append(makeEntry(10)))
    await assert.rejects(log.append(makeEntry(10)))
    const deadline = Date.now() + 10_000
    while (log.failure !== undefined && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.equal(await log.append(makeEntry(10)), 10)
    await log.close()
    assert.equal((await verifyLogFolder(log.folder, trust)).entries, 11)
  })

  it('goes on after short writes', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t))
    files.inject({ operation: 'write', shortBytes: 7, times: 5 })
    assert.equal(await log.append(makeEntry(10)), 10)
    await log.close()
    const again = await openLog(log.folder)
    assert.equal(again.size, 11)
    await again.close()
  })

  it('never syncs the same descriptor again after a failed fdatasync', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t))
    files.inject({ operation: 'fdatasync', code: 'EIO' })
    await assert.rejects(log.append(makeEntry(10)), { code: 'log-unavailable' })
    await log.restore()
    assert.equal(log.failure, undefined)
    const segments = readdirSync(join(log.folder, 'journal')).toSorted()
    assert.deepEqual(segments, ['0000000000000000.journal', '0000000000000010.journal'])
    assert.equal(await log.append(makeEntry(10)), 10)
    await log.close()
    const again = await openLog(log.folder)
    assert.equal(again.size, 11)
    await again.close()
    assert.equal((await verifyLogFolder(log.folder, trust)).entries, 11)
  })

  it('stays failed when acknowledged entries do not read back', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t))
    files.inject({ operation: 'fdatasync', code: 'EIO' })
    await assert.rejects(log.append(makeEntry(10)))
    const path = join(log.folder, 'journal', '0000000000000000.journal')
    const bytes = readFileSync(path)
    bytes[120] = (bytes[120] as number) ^ 1
    writeFileSync(path, bytes)
    for (let attempt = 0; attempt < 2; attempt++) {
      await log.restore()
      assert.match(String(log.failure?.cause), /recover of .* failed: DAMAGED/)
      await assert.rejects(log.append(makeEntry(10)), { code: 'log-unavailable' })
    }
    await log.close()
  })

  it('stays failed while the cut of an unacknowledged tail cannot be made durable', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t))
    files.inject({ operation: 'fdatasync', code: 'EIO', times: 2 })
    await assert.rejects(log.append(makeEntry(10)))
    await log.restore()
    assert.equal(log.failure?.code, 'log-unavailable')
    await log.restore()
    assert.equal(log.failure, undefined)
    assert.equal(await log.append(makeEntry(10)), 10)
    await log.close()
    assert.equal((await verifyLogFolder(log.folder, trust)).entries, 11)
  })

  it('begins a segment again in its place when nothing was acknowledged from it', async (t) => {
    const { files, log } = await openFaulty(temporaryFolder(t))
    for (let round = 0; round < 3; round++) {
      files.inject({ operation: 'fdatasync', code: 'EIO' })
      await assert.rejects(log.append(makeEntry(10)))
      await log.restore()
    }
    assert.equal(readdirSync(join(log.folder, 'journal')).length, 2)
    assert.equal(await log.append(makeEntry(10)), 10)
    await log.close()
    const again = await openLog(log.folder)
    assert.equal(again.size, 11)
    await again.close()
  })

  for (const operation of ['open', 'write', 'rename'] as const) {
    it(`refuses when a tile or checkpoint cannot be written (${operation}), and catches up`, async (t) => {
      const { files, log } = await openFaulty(temporaryFolder(t))
      files.inject({ operation, path: /tile|checkpoint/, code: 'ENOSPC' })
      await appendMany(log, 10, 300)
      const deadline = Date.now() + 5000
      while (log.failure === undefined && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await assert.rejects(log.append(makeEntry(310)), { code: 'log-unavailable' })
      await log.restore()
      assert.equal(await log.append(makeEntry(310)), 310)
      await log.close()
      assert.equal((await verifyLogFolder(log.folder, trust)).entries, 311)
    })
  }

  it('keeps its invariants whichever file operation fails', async (t) => {
    for (let after = 0; after < 60; after += 1) {
      for (const operation of ['open', 'write', 'fdatasync', 'rename', 'truncate'] as const) {
        const folder = temporaryFolder(t)
        const files = new FaultFiles()
        const log = await openLog(folder, { files, ...never, segmentBytes: 6000 })
        files.inject({ operation, path: /./, after, code: 'EIO' })
        const acknowledged = new Set<string>()
        for (let index = 0; index < 600; index += 100) {
          await Promise.allSettled(
            Array.from({ length: 100 }, async (_, at) => {
              const entry = makeEntry(index + at)
              await log.append(entry)
              acknowledged.add(entry)
            }),
          )
          if (log.failure !== undefined) await log.restore()
        }
        assert.equal(log.failure, undefined)
        const saved = log.published?.note
        await log.close()
        const again = await openLog(folder)
        await again.close()
        const seen = new Set<string>()
        const onEntry = (_: number, entry: Uint8Array) => seen.add(Buffer.from(entry).toString())
        await verifyLogFolder(folder, { ...trust, saved, onEntry })
        assert.ok(acknowledged.isSubsetOf(seen), `${operation} after ${after}`)
        if (!files.faults.some((fault) => fault.times === 0)) break
      }
    }
  })
})
