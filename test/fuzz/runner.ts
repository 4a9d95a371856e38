import { Worker } from 'node:worker_threads'
import { INPUT_BYTES_MAX } from './mutate.ts'
import { type Failure, type Job, type JobResult, type Shared, timeLimitMs } from './protocol.ts'
import { loadTargets } from './target.ts'

export interface FuzzOptions {
  readonly files: readonly string[]
  /** In total, split evenly over the targets. */
  readonly inputs: number
  readonly seed: number
  readonly threads: number
  /** Longest time for one target and its share. */
  readonly targetMs: number
}

export interface TargetReport {
  readonly file: string
  readonly target: string
  inputs: number
  milliseconds: number
  readonly failures: Failure[]
}

const POLL_MS = 50
/** The worker judges slowness itself and tries again; this is for what never comes back. */
const HANG_FACTOR = 4
const HANG_GRACE_MS = 5_000

/**
 * Runs every target over its share of mutated inputs; a target that fails stops there. What a target's time
 * leaves undone is done by the others.
 */
export async function fuzz(options: FuzzOptions): Promise<TargetReport[]> {
  const reports: TargetReport[] = []
  for (const file of options.files) {
    for (const { name } of await loadTargets(file)) {
      reports.push({ file, target: name, inputs: 0, milliseconds: 0, failures: [] })
    }
  }
  const share = Math.ceil(options.inputs / reports.length)
  await runAll(reports, share, options)
  const done = reports.reduce((sum, { inputs }) => sum + inputs, 0)
  const quick = reports.filter(({ inputs, failures }) => inputs === share && failures.length === 0)
  if (done < options.inputs && quick.length > 0) {
    await runAll(quick, share + Math.ceil((options.inputs - done) / quick.length), options)
  }
  return reports
}

/** Takes each target on to `to` inputs. */
async function runAll(
  reports: readonly TargetReport[],
  to: number,
  { seed, threads, targetMs }: FuzzOptions,
): Promise<void> {
  const queue = [...reports]
  const lane = async (): Promise<void> => {
    let thread = new FuzzThread()
    for (let report = queue.shift(); report !== undefined; report = queue.shift()) {
      const { file, target, inputs: from } = report
      const started = performance.now()
      const result = await thread.run({ file, target, seed, from, to, budgetMs: targetMs })
      report.inputs += result.done
      report.milliseconds += Math.round(performance.now() - started)
      if (result.failure !== undefined) report.failures.push(result.failure)
      if (thread.isGone) thread = new FuzzThread()
    }
    await thread.end()
  }
  await Promise.all(Array.from({ length: threads }, lane))
}

/** A worker thread and the memory by which it is watched. */
class FuzzThread {
  readonly #shared: Shared = {
    state: new SharedArrayBuffer(12),
    input: new SharedArrayBuffer(INPUT_BYTES_MAX),
  }
  readonly #state = new Int32Array(this.#shared.state)
  readonly #worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: this.#shared,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  })
  #ended = false

  /** Whether the thread has hung or crashed. */
  get isGone(): boolean {
    return this.#ended
  }

  run(job: Job): Promise<JobResult> {
    return new Promise((resolve) => {
      this.#state.fill(0)
      const finish = (result: JobResult): void => {
        clearInterval(watch)
        // One by one: without its own listeners a Worker hears nothing any more.
        this.#worker.off('message', finish).off('error', onError).off('exit', onExit)
        resolve(result)
      }
      const fail = (problem: string): void => {
        this.#ended = true
        finish(this.#failed(job, problem))
      }
      const onError = (error: unknown): void =>
        fail(`crashed the thread: ${error instanceof Error ? error.message : String(error)}`)
      const onExit = (code: number): void => fail(`ended the thread with status ${code}`)
      const watch = this.#watch((elapsed) => {
        fail(`hangs: no answer after ${elapsed} ms`)
        void this.#worker.terminate()
      })
      this.#worker.on('message', finish).on('error', onError).on('exit', onExit)
      this.#worker.postMessage(job)
    })
  }

  async end(): Promise<void> {
    if (!this.#ended) await this.#worker.terminate()
  }

  #failed({ from }: Job, problem: string): JobResult {
    const [begun = 0, length = 0, index = 0] = this.#state
    if (begun === 0) return { done: 0, failure: { index: -1, input: new Uint8Array(), problem } }
    const input = new Uint8Array(this.#shared.input).slice(0, length)
    return { done: index - from + 1, failure: { index, input, problem } }
  }

  #watch(onHang: (elapsedMs: number) => void): NodeJS.Timeout {
    let seen = 0
    let since = performance.now()
    return setInterval(() => {
      const begun = Atomics.load(this.#state, 0)
      const now = performance.now()
      if (begun !== seen || begun === 0) {
        seen = begun
        since = now
        return
      }
      const limit = HANG_FACTOR * timeLimitMs(this.#state[1] ?? 0) + HANG_GRACE_MS
      if (now - since > limit) onHang(Math.round(now - since))
    }, POLL_MS)
  }
}

/** A failure as a person needs it: what, and how to see it again. */
export function describeFailure(
  { target }: TargetReport,
  { index, input, problem }: Failure,
  seed: number,
): string {
  return [
    `${target}: ${problem}`,
    `  seed ${seed}, index ${index}, ${input.length} bytes in hex: ${input.toHex()}`,
    `  again: CLAVIGER_FUZZ_TARGET='${target}' CLAVIGER_FUZZ_HEX=<hex> node packages/cli/bin/launch.mjs --test test/fuzz/fuzz.test.ts`,
  ].join('\n')
}
