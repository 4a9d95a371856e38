import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeTilePath, parseTilePath, partialTiles, tileInTree } from '../src/index.ts'

describe('tile paths', () => {
  it('group the index by three digits, as the specification shows', () => {
    assert.equal(encodeTilePath({ level: 0, index: 1234067, width: 256 }), 'tile/0/x001/x234/067')
    assert.equal(encodeTilePath({ level: 'entries', index: 0, width: 8 }), 'tile/entries/000.p/8')
    assert.equal(encodeTilePath({ level: 63, index: 1000, width: 255 }), 'tile/63/x001/000.p/255')
  })

  it('round-trip', () => {
    const level = fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 }))
    const tile = fc.record({
      level,
      index: fc.maxSafeNat(),
      width: fc.integer({ min: 1, max: 256 }),
    })
    fc.assert(
      fc.property(tile, (value) =>
        assert.deepEqual(parseTilePath(encodeTilePath(value)), { ...value }),
      ),
    )
  })

  for (const path of [
    '',
    'checkpoint',
    '/tile/0/000',
    'tile/0/00',
    'tile/0/0000',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/x001/x002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000.p/1/',
    'tile/0/../000',
    'tile/entry/000',
    'tile/0/000\n',
    `tile/0/${'x999/'.repeat(8)}999`,
  ]) {
    it(`refuses ${JSON.stringify(path)}`, () => {
      assert.throws(() => parseTilePath(path), { name: 'TlogError', code: 'malformed-path' })
    })
  }

  it('has the tiles of the specification for a tree of 70,000', () => {
    assert.deepEqual(partialTiles(70_000), [
      { level: 'entries', index: 273, width: 112 },
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ])
    assert.deepEqual(tileInTree(0, 272, 70_000), { level: 0, index: 272, width: 256 })
    assert.equal(tileInTree(0, 274, 70_000), undefined)
    assert.equal(tileInTree(3, 0, 70_000), undefined)
    assert.deepEqual(partialTiles(256), [{ level: 1, index: 0, width: 1 }])
    assert.deepEqual(partialTiles(0), [])
  })
})
