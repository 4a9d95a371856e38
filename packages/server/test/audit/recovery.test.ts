import assert from 'node:assert/strict'
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { verifyLogFolder } from '../../src/audit/index.ts'
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
/** Nothing but the first checkpoint, so that entries stand in the journal alone. */
const quiet = { checkpointIntervalMs: 1_000_000 }
const FIRST_SEGMENT = join('journal', '0000000000000000.journal')

/** A folder as a killed process leaves it: `frames` commits, and the length before the last one. */
async function killedLog(t: Parameters<typeof temporaryFolder>[0], frames: readonly number[]) {
  const folder = temporaryFolder(t)
  const log = await openLog(folder, quiet)
  let size = 0
  let before = 0
  for (const count of frames) {
    before = readFileSync(join(folder, FIRST_SEGMENT)).length
    await appendMany(log, size, count)
    size += count
  }
  const copy = temporaryFolder(t)
  cpSync(folder, copy, { recursive: true })
  await log.close()
  return { folder: copy, size, before, length: readFileSync(join(copy, FIRST_SEGMENT)).length }
}

async function reopen(folder: string): Promise<{ size: number; tornBytes: number }> {
  const log = await openLog(folder, quiet)
  const { size, tornBytes } = log
  assert.equal(log.failure, undefined)
  assert.equal(await log.append(makeEntry(size)), size)
  await log.close()
  const result = await verifyLogFolder(folder, {
    ...trust,
    onEntry: (index, entry) => assert.equal(Buffer.from(entry).toString(), makeEntry(index)),
  })
  assert.equal(result.entries, size + 1)
  return { size, tornBytes }
}

describe('recovery of the audit log', () => {
  it('keeps every frame that was written whole', async (t) => {
    const { folder, size } = await killedLog(t, [3, 300, 40])
    assert.deepEqual(await reopen(folder), { size, tornBytes: 0 })
  })

  it('cuts a last frame torn at any byte', async (t) => {
    const { folder, before, length } = await killedLog(t, [5, 4, 3])
    for (let end = before; end < length; end++) {
      const torn = temporaryFolder(t)
      cpSync(folder, torn, { recursive: true })
      truncateSync(join(torn, FIRST_SEGMENT), end)
      assert.deepEqual(await reopen(torn), { size: 9, tornBytes: end - before })
    }
  })

  it('cuts a last frame of which any byte did not reach the disk', async (t) => {
    const { folder, before, length } = await killedLog(t, [5, 4, 3])
    for (let at = before; at < length; at++) {
      const torn = temporaryFolder(t)
      cpSync(folder, torn, { recursive: true })
      const bytes = readFileSync(join(torn, FIRST_SEGMENT))
      bytes[at] = (bytes[at] as number) ^ 0xff
      writeFileSync(join(torn, FIRST_SEGMENT), bytes)
      assert.deepEqual(await reopen(torn), { size: 9, tornBytes: length - before })
    }
  })

  it('refuses to start when an acknowledged frame does not read', async (t) => {
    const { folder, before } = await killedLog(t, [5, 4, 3])
    for (let at = 80; at < before; at += 3) {
      const bad = temporaryFolder(t)
      cpSync(folder, bad, { recursive: true })
      const bytes = readFileSync(join(bad, FIRST_SEGMENT))
      bytes[at] = (bytes[at] as number) ^ 0x10
      writeFileSync(join(bad, FIRST_SEGMENT), bytes)
      await assert.rejects(openLog(bad, quiet), { name: 'LogFileError', code: 'DAMAGED' })
    }
  })

  it('refuses to start when the segment header does not read but its frames do', async (t) => {
    const { folder } = await killedLog(t, [5])
    const bytes = readFileSync(join(folder, FIRST_SEGMENT))
    bytes[10] = 1
    writeFileSync(join(folder, FIRST_SEGMENT), bytes)
    await assert.rejects(openLog(folder, quiet), { code: 'DAMAGED' })
  })

  it('begins anew when the first segment was torn before its header was whole', async (t) => {
    const folder = temporaryFolder(t)
    await (await openLog(folder, quiet)).close()
    truncateSync(join(folder, FIRST_SEGMENT), 20)
    rmSync(join(folder, 'checkpoint'))
    assert.deepEqual(await reopen(folder), { size: 0, tornBytes: 0 })
  })

  it('refuses to start with less than the last checkpoint names', async (t) => {
    const { folder, before } = await killedLog(t, [5, 4, 3])
    const log = await openLog(folder, quiet)
    await log.close()
    truncateSync(join(folder, FIRST_SEGMENT), before)
    await assert.rejects(openLog(folder, quiet), { code: 'DAMAGED', message: /journal/ })
    rmSync(join(folder, 'journal'), { recursive: true })
    await assert.rejects(openLog(folder, quiet), { code: 'DAMAGED' })
  })

  it('refuses to start with a checkpoint of another key, or none where one must be', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { segmentBytes: 5000 })
    for (let round = 0; round < 8; round++) await appendMany(log, round * 100, 100)
    await log.close()
    const path = join(folder, 'checkpoint')
    const note = readFileSync(path)
    writeFileSync(path, Buffer.from(note.toString().replace('\n800\n', '\n801\n')))
    await assert.rejects(openLog(folder), { code: 'DAMAGED', message: /checkpoint/ })
    rmSync(path)
    await assert.rejects(openLog(folder), { code: 'DAMAGED' })
    writeFileSync(path, note)
    await (await openLog(folder)).close()
  })

  it('refuses to start when a middle segment is missing or cut', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { ...quiet, segmentBytes: 3000 })
    // A bundle never fills, so no segment is dropped.
    for (let round = 0; round < 5; round++) await appendMany(log, round * 50, 50)
    const segments = readdirSync(join(folder, 'journal')).toSorted()
    assert.ok(segments.length >= 3)
    const middle = join(folder, 'journal', segments[1] as string)
    const copy = temporaryFolder(t)
    cpSync(folder, copy, { recursive: true })
    await log.close()
    const bytes = readFileSync(middle)
    const inCopy = join(copy, 'journal', segments[1] as string)
    truncateSync(inCopy, bytes.length - 1)
    await assert.rejects(openLog(copy, quiet), { code: 'DAMAGED' })
    rmSync(inCopy)
    await assert.rejects(openLog(copy, quiet), { code: 'DAMAGED' })
    writeFileSync(inCopy, bytes)
    assert.equal((await reopen(copy)).size, 250)
  })

  it('rebuilds upper tiles that a power cut lost from the full tiles below', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { segmentBytes: 10_000 })
    for (let round = 0; round < 30; round++) await appendMany(log, round * 100, 100)
    await log.close()
    rmSync(join(folder, 'tile', '1'), { recursive: true })
    assert.equal((await reopen(folder)).size, 3000)
  })

  it('refuses to start when a full tile it needs was changed', async (t) => {
    const folder = temporaryFolder(t)
    const log = await openLog(folder, { segmentBytes: 10_000 })
    for (let round = 0; round < 30; round++) await appendMany(log, round * 100, 100)
    await log.close()
    const path = join(
      folder,
      'tile',
      '1',
      readdirSync(join(folder, 'tile', '1'))[0] as string,
      '11',
    )
    const tile = readFileSync(path)
    tile[0] = (tile[0] as number) ^ 1
    writeFileSync(path, tile)
    await assert.rejects(openLog(folder), { code: 'DAMAGED', message: /recover/ })
  })
})
