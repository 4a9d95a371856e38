import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'

for (const withoutSodium of [false, true]) {
  test(`slots never overlap and are zeroed (${withoutSodium ? 'ordinary' : 'locked'} memory)`, () => {
    const warnings: string[] = []
    const memory = new LockedMemory({ warn: (text) => void warnings.push(text), withoutSodium })
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(sizes, (lengths) => {
        const held = lengths.map((length, index) => {
          const locked = memory.allocate(length)
          assert.ok(locked.bytes.every((byte) => byte === 0))
          locked.bytes.fill(index + 1)
          return locked
        })
        held.forEach((locked, index) => {
          assert.ok(locked.bytes.every((byte) => byte === index + 1))
          locked.free()
          locked.free()
          assert.throws(() => locked.bytes, /after they were freed/)
        })
        assert.equal(memory.usedBytes, 0)
      }),
    )
    assert.equal(warnings.length, withoutSodium ? 1 : 0)
    assert.equal(memory.isLocked, !withoutSodium)
  })
}
