// Every published case of the set through this package. What does not come out as the set says is frozen, with its
// reason, in wycheproof/expectations.json; so is what is not tried. A change in either is a failure.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import expectations from './wycheproof/expectations.json' with { type: 'json' }
import { fileNames, FOLDER, hasVectors, readGroups, runCase } from './wycheproof/harness.ts'
import { runnerFor } from './wycheproof/runners.ts'

const FILES = 184
const CASES = 64_060

type Deviations = Record<string, Record<string, number[]>>
type FrozenDeviation = { file: string; verdict: string; reason: string; tcIds: number[] }
type FrozenNotRun = { file: string; reason: string; count: number }

const skip = hasVectors() ? false : `needs the published vectors in ${FOLDER}`

test('wycheproof: 64,060 cases, no unexplained mismatch', {
  skip,
  timeout: 1_200_000,
}, async (t) => {
  const deviations: Deviations = {}
  const notRun: Record<string, Record<string, number>> = {}
  let [total, run] = [0, 0]
  const files = fileNames()
  assert.equal(files.length, FILES)
  for (const file of files) {
    const runner = runnerFor(file)
    for (const group of readGroups(file)) {
      for (const members of group.tests) {
        total++
        const verdict = await runCase(runner, members, group, file)
        if (verdict.startsWith('not run: ')) {
          const reason = verdict.slice('not run: '.length)
          const reasons = (notRun[file] ??= {})
          reasons[reason] = (reasons[reason] ?? 0) + 1
          continue
        }
        run++
        if (verdict !== 'pass')
          ((deviations[file] ??= {})[verdict] ??= []).push(Number(members['tcId']))
      }
    }
  }
  assert.deepEqual(deviations, frozenDeviations())
  assert.deepEqual(notRun, frozenNotRun())
  assert.equal(total, CASES)
  assert.equal(run, CASES - expectations.notRun.reduce((sum, { count }) => sum + count, 0))
  t.diagnostic(`${run} of ${total} cases run; ${total - run} not run`)
  for (const { file, reason, count } of expectations.notRun)
    t.diagnostic(`not run: ${file}: ${count}: ${reason}`)
})

function frozenDeviations(): Deviations {
  const frozen: Deviations = {}
  for (const { file, verdict, tcIds } of expectations.deviations as FrozenDeviation[]) {
    ;((frozen[file] ??= {})[verdict] ??= []).push(...tcIds)
  }
  return frozen
}

function frozenNotRun(): Record<string, Record<string, number>> {
  const frozen: Record<string, Record<string, number>> = {}
  for (const { file, reason, count } of expectations.notRun as FrozenNotRun[]) {
    ;(frozen[file] ??= {})[reason] = count
  }
  return frozen
}
