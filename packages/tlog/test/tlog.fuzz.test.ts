// A short run of the mutation targets; a longer one is the fuzz runner's.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { fuzzTargets } from './fuzz-targets.ts'

const RUNS = Number(process.env['CLAVIGER_FUZZ_RUNS'] ?? 300)

describe('tlog parsers', () => {
  for (const target of fuzzTargets) {
    it(`${target.name}: mutated seeds parse or are refused with the package's error`, () => {
      const position = fc.nat(4096)
      const edit = fc.tuple(position, fc.nat(255), fc.constantFrom('set', 'cut', 'insert', 'drop'))
      fc.assert(
        fc.property(
          fc.constantFrom(...target.seeds),
          fc.array(edit, { maxLength: 6 }),
          (seed, edits) => {
            const bytes = edits.reduce(mutate, [...seed])
            try {
              target.parse(Uint8Array.from(bytes))
            } catch (error) {
              assert.ok(target.isExpected(error), String(error))
            }
          },
        ),
        { numRuns: RUNS },
      )
    })
  }
})

function mutate(bytes: number[], [at, value, kind]: [number, number, string]): number[] {
  const index = bytes.length === 0 ? 0 : at % bytes.length
  if (kind === 'set') return bytes.toSpliced(index, 1, value)
  if (kind === 'cut') return bytes.slice(0, index)
  if (kind === 'insert') return bytes.toSpliced(index, 0, value)
  return bytes.toSpliced(index, value % 9)
}
