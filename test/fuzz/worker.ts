import { parentPort, workerData } from 'node:worker_threads'
import { mutate } from './mutate.ts'
import { Random, streamOf } from './random.ts'
import { type FuzzTarget, loadTargets } from './target.ts'
import { type Job, type JobResult, type Shared, timeLimitMs } from './protocol.ts'

/*
 * Runs jobs one after the other. The input under way lies in memory shared with the runner, which is how it
 * is known when this thread hangs or is gone.
 */

const RETRIES = 2
/** Inputs between two looks at the clock. */
const CLOCK_EVERY = 16
const SHOWN_STACK_DEPTH = 12

const shared = workerData as Shared
const state = new Int32Array(shared.state)
const current = new Uint8Array(shared.input)
// A trace for every expected error would take most of the time.
Error.stackTraceLimit = 0

parentPort?.on('message', (job: Job) => {
  void run(job).then((result) => parentPort?.postMessage(result))
})

async function run(job: Job): Promise<JobResult> {
  const target = (await loadTargets(job.file)).find(({ name }) => name === job.target)
  if (target === undefined) throw new Error(`${job.file} has no target ${job.target}`)
  const stream = streamOf(target.name)
  const end = performance.now() + job.budgetMs
  for (let index = job.from; index < job.to; index++) {
    if (index % CLOCK_EVERY === 0 && performance.now() > end) return { done: index - job.from }
    const input = mutate(new Random(job.seed, stream, index), target.seeds)
    current.set(input)
    state[1] = input.length
    state[2] = index
    Atomics.add(state, 0, 1)
    const problem = tryInput(target, input)
    if (problem !== undefined) {
      return {
        done: index - job.from + 1,
        failure: { index, input: current.slice(0, input.length), problem },
      }
    }
  }
  return { done: job.to - job.from }
}

/** What is wrong with how the target took the input, if anything. */
function tryInput(target: FuzzTarget, input: Uint8Array): string | undefined {
  const limit = timeLimitMs(input.length)
  for (let attempt = 0; ; attempt++) {
    const copy = input.slice()
    const started = performance.now()
    const problem = outcome(target, copy)
    const elapsed = performance.now() - started
    if (problem !== undefined) return problem
    if (elapsed <= limit) return undefined
    // Another process may have had the core; a slow parser is slow every time.
    if (attempt === RETRIES)
      return `took ${Math.round(elapsed)} ms of at most ${Math.round(limit)} ms`
  }
}

function outcome(target: FuzzTarget, input: Uint8Array): string | undefined {
  try {
    const result: unknown = target.parse(input)
    return result instanceof Promise ? 'returned a promise; a target is synchronous' : undefined
  } catch (error) {
    return target.isExpected(error)
      ? undefined
      : describe(target, current.slice(0, input.length), error)
  }
}

/** Once more, now with a trace. */
function describe(target: FuzzTarget, input: Uint8Array, error: unknown): string {
  Error.stackTraceLimit = SHOWN_STACK_DEPTH
  try {
    target.parse(input)
  } catch (again) {
    return `threw ${again instanceof Error ? (again.stack ?? again.message) : JSON.stringify(again)}`
  } finally {
    Error.stackTraceLimit = 0
  }
  return `threw ${String(error)}, but not the second time`
}
