// The runner itself: red for every planted bug, green without, and repeatable.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { INPUT_BYTES_MAX, mutate } from './mutate.ts'
import { Random, streamOf } from './random.ts'
import { describeFailure, fuzz, type TargetReport } from './runner.ts'

const FILE = join(import.meta.dirname, 'planted', 'fuzz-targets.ts')
const WAITING = join(import.meta.dirname, 'planted', 'waiting', 'fuzz-targets.ts')
const SEEDS = [Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])]

describe('the fuzz runner', () => {
  let reports: TargetReport[] = []
  const failureOf = (name: string) => {
    const report = reports.find(({ target }) => target === name)
    assert.ok(report, name)
    return { report, failure: report.failures[0] }
  }

  before(async () => {
    reports = await fuzz({
      files: [FILE],
      inputs: 8 * 3_000,
      seed: 7,
      threads: 2,
      targetMs: 20_000,
    })
  })

  it('passes a parser that throws its own error only, over all of its share', () => {
    const { report, failure } = failureOf('sound')
    assert.equal(failure, undefined)
    // What the others leave undone falls to it too.
    assert.ok(report.inputs >= 3_000)
  })

  const planted = {
    'foreign error': /^threw RangeError/,
    'text thrown': /^threw "no error at all"/,
    slow: /^took \d+ ms of at most/,
    hang: /^hangs: no answer after \d+ ms/,
    exit: /^ended the thread with status 3/,
    memory: /^crashed the thread: .*memory/,
    promise: /^returned a promise/,
  }
  for (const [name, expected] of Object.entries(planted)) {
    it(`is red for a planted ${name}, and prints what shows it again`, () => {
      const { report, failure } = failureOf(name)
      assert.ok(failure, 'the planted bug was not found')
      assert.match(failure.problem, expected)
      const again = mutate(new Random(7, streamOf(name), failure.index), SEEDS)
      assert.deepEqual(failure.input, again)
      const told = describeFailure(report, failure, 7)
      assert.ok(told.includes(`in hex: ${again.toHex()}`) && told.includes('seed 7'))
    })
  }
})

describe('the time of a target', () => {
  it('ends a slow target early, and the others make up for it', async () => {
    const reports = await fuzz({
      files: [WAITING],
      inputs: 20_000,
      seed: 1,
      threads: 2,
      targetMs: 500,
    })
    const inputsOf = (name: string): number =>
      reports.find(({ target }) => target === name)?.inputs ?? 0
    assert.ok(inputsOf('waiting') > 0 && inputsOf('waiting') < 2_000)
    assert.ok(inputsOf('waiting') + inputsOf('quick') >= 20_000)
    assert.ok(reports.every(({ failures }) => failures.length === 0))
  })
})

describe('mutation', () => {
  const inputs = (seed: number, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => mutate(new Random(seed, 1, index), SEEDS))

  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(inputs(1, 200), inputs(1, 200))
    assert.notDeepEqual(inputs(1, 200), inputs(2, 200))
  })

  it('gives many inputs, short and up to the limit, and leaves the seeds as they are', () => {
    const all = inputs(3, 20_000)
    assert.ok(new Set(all.map((input) => input.toHex())).size > 10_000)
    assert.ok(all.some((input) => input.length === 0))
    assert.ok(all.some((input) => input.length > INPUT_BYTES_MAX / 2))
    assert.ok(all.every((input) => input.length <= INPUT_BYTES_MAX))
    assert.deepEqual(SEEDS, [Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])])
  })
})
