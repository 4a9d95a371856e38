import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeEntryBundle, ENTRY_BYTES_MAX, encodeEntryBundle } from '../src/index.ts'

describe('entry bundles', () => {
  it('prefix each entry with its big-endian length', () => {
    const bundle = encodeEntryBundle([Uint8Array.of(7, 8), new Uint8Array(0)])
    assert.deepEqual([...bundle], [0, 2, 7, 8, 0, 0])
  })

  it('round-trip, and refuse every prefix and one byte more', () => {
    const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(entries, (values) => {
        const bundle = encodeEntryBundle(values)
        assert.deepEqual(decodeEntryBundle(bundle, values.length), values)
        for (let end = 0; end < bundle.length; end++) {
          assert.throws(() => decodeEntryBundle(bundle.subarray(0, end), values.length), {
            code: 'malformed-bundle',
          })
        }
        const longer = Uint8Array.of(...bundle, 0)
        assert.throws(() => decodeEntryBundle(longer, values.length), { code: 'malformed-bundle' })
        const first = decodeEntryBundle(bundle, 1, { exact: false })
        assert.deepEqual(first, values.slice(0, 1))
      }),
      { numRuns: 30 },
    )
  })

  it('take an entry of 65,535 bytes and not one more', () => {
    const largest = new Uint8Array(ENTRY_BYTES_MAX).fill(1)
    assert.deepEqual(decodeEntryBundle(encodeEntryBundle([largest]), 1), [largest])
    assert.throws(() => encodeEntryBundle([new Uint8Array(ENTRY_BYTES_MAX + 1)]), {
      code: 'too-large',
    })
  })

  it('hold 1 to 256 entries', () => {
    assert.throws(() => encodeEntryBundle([]), { code: 'malformed-bundle' })
    const empty = new Uint8Array(0)
    assert.throws(() => encodeEntryBundle(Array.from({ length: 257 }, () => empty)), {
      code: 'malformed-bundle',
    })
    for (const width of [0, 257, -1, 1.5]) {
      assert.throws(() => decodeEntryBundle(Uint8Array.of(0, 0), width), {
        code: 'malformed-bundle',
      })
    }
  })
})
