import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Job, LoadResult } from './loader.ts'

/** The loader as a process that takes jobs one after the other. */
export class LoadProcess {
  readonly #child: ChildProcess
  readonly #lines: Interface
  readonly #waiting: ((result: LoadResult) => void)[] = []

  constructor() {
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'loader.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    if (this.#child.stdout === null) throw new Error('the loader has no output')
    this.#lines = createInterface({ input: this.#child.stdout })
    this.#lines.on('line', (line) => this.#waiting.shift()?.(JSON.parse(line) as LoadResult))
    this.#child.on('exit', (code) => {
      if (this.#waiting.length > 0) throw new Error(`the loader stopped with status ${code}`)
    })
  }

  /** Runs one job; throws when an answer was not a success, since that would measure something else. */
  async run(job: Job): Promise<LoadResult> {
    const result = await new Promise<LoadResult>((resolve) => {
      this.#waiting.push(resolve)
      this.#child.stdin?.write(`${JSON.stringify(job)}\n`)
    })
    if (result.failed > 0)
      throw new Error(`${result.failed} requests failed: ${result.firstFailure}`)
    return result
  }

  stop(): void {
    this.#lines.close()
    this.#child.kill()
  }
}
