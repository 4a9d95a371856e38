import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  Frontier,
  hashLeaf,
  hashNode,
  TlogError,
  TreeReader,
  verifyConsistency,
  verifyInclusion,
} from '../src/index.ts'
import { MemoryLog, makeEntries, merkleTreeHash, sha256 } from './memory-log.ts'

const SIZE_MAX = 1200
const entries = makeEntries(SIZE_MAX)
const combine = (left: Uint8Array, right: Uint8Array) => hashNode(sha256, left, right)
const size = fc.integer({ min: 1, max: SIZE_MAX })

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[Math.floor(bit / 8) % copy.length] =
    (copy[Math.floor(bit / 8) % copy.length] as number) ^ (1 << (bit % 8))
  return copy
}

describe('trees over tiles', () => {
  it('the frontier, the tiles and the definition agree on the root', async () => {
    await fc.assert(
      fc.asyncProperty(size, async (count) => {
        const frontier = new Frontier<Uint8Array>(combine)
        for (const entry of entries.slice(0, count)) frontier.append(hashLeaf(sha256, entry))
        const expected = Buffer.from(merkleTreeHash(entries.slice(0, count)))
        const reader = new TreeReader(new MemoryLog().tile(entries.slice(0, count)), sha256, count)
        assert.deepEqual(Buffer.from(frontier.root() as Uint8Array), expected)
        assert.deepEqual(Buffer.from(await reader.root()), expected)
        assert.deepEqual(
          (await reader.edge()).map((hash) => Buffer.from(hash)),
          frontier.edge().map((hash) => Buffer.from(hash)),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('a frontier continues from its edge', () => {
    fc.assert(
      fc.property(size, size, (one, other) => {
        const [before, after] = [Math.min(one, other), Math.max(one, other)]
        const whole = new Frontier<Uint8Array>(combine)
        for (const entry of entries.slice(0, before)) whole.append(hashLeaf(sha256, entry))
        const continued = new Frontier<Uint8Array>(combine, before, whole.edge())
        for (const entry of entries.slice(before, after)) {
          whole.append(hashLeaf(sha256, entry))
          continued.append(hashLeaf(sha256, entry))
        }
        assert.deepEqual(continued.root(), whole.root())
      }),
      { numRuns: 20 },
    )
  })

  it('every inclusion proof verifies, and none with a flipped bit or another index', async () => {
    const index = fc.integer({ min: 0, max: SIZE_MAX })
    await fc.assert(
      fc.asyncProperty(size, index, fc.nat(255), async (count, at, bit) => {
        const index = at % count
        const log = new MemoryLog().tile(entries.slice(0, count))
        const reader = new TreeReader(log, sha256, count)
        const root = await reader.root()
        const leaf = hashLeaf(sha256, entries[index] as Uint8Array)
        const path = await reader.proveInclusion(index)
        const proof = { index, size: count, path }
        verifyInclusion(sha256, leaf, proof, root)
        const refuses = (change: Partial<typeof proof>, hash = leaf, head = root) =>
          assert.throws(
            () => verifyInclusion(sha256, hash, { ...proof, ...change }, head),
            TlogError,
          )
        refuses({}, flip(leaf, bit))
        refuses({}, leaf, flip(root, bit))
        refuses({ path: [...path, root] })
        if (path.length === 0) return
        refuses({ path: path.slice(1) })
        refuses({
          path: path.with(bit % path.length, flip(path[bit % path.length] as Uint8Array, bit)),
        })
        refuses({ index: (index + 1) % count })
      }),
      { numRuns: 40 },
    )
  })

  it('every consistency proof verifies, and none with a flipped bit', async () => {
    await fc.assert(
      fc.asyncProperty(size, size, fc.nat(255), async (one, other, bit) => {
        const [oldSize, newSize] = [Math.min(one, other), Math.max(one, other)]
        const log = new MemoryLog().tile(entries.slice(0, newSize))
        const reader = new TreeReader(log, sha256, newSize)
        const proof = await reader.proveConsistency(oldSize)
        const older = { size: oldSize, root: await reader.root(oldSize) }
        const newer = { size: newSize, root: await reader.root() }
        verifyConsistency(sha256, older, newer, proof)
        const refuses = (from: typeof older, to: typeof newer, path: readonly Uint8Array[]) =>
          assert.throws(() => verifyConsistency(sha256, from, to, path), TlogError)
        refuses({ ...older, root: flip(older.root, bit) }, newer, proof)
        refuses(older, { ...newer, root: flip(newer.root, bit) }, proof)
        refuses(older, newer, [...proof, older.root])
        if (proof.length === 0) return
        const at = bit % proof.length
        refuses(older, newer, proof.with(at, flip(proof[at] as Uint8Array, bit)))
        refuses(older, newer, proof.slice(1))
      }),
      { numRuns: 40 },
    )
  })

  it('refuses indexes and sizes outside the tree', async () => {
    const reader = new TreeReader(new MemoryLog().tile(entries.slice(0, 10)), sha256, 10)
    for (const bad of [-1, 10, 1.5, Number.NaN]) {
      await assert.rejects(reader.proveInclusion(bad), { code: 'out-of-range' })
    }
    await assert.rejects(reader.proveConsistency(11), { code: 'out-of-range' })
    const head = { size: 3, root: new Uint8Array(32) }
    assert.throws(() => verifyConsistency(sha256, head, { ...head, size: 2 }, []), {
      code: 'out-of-range',
    })
  })
})
