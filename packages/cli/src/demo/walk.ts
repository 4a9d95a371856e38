import { rmSync } from 'node:fs'
import type { ClavigerClient, ClavigerErrorCode } from '@claviger/client'
import { isClavigerError } from '@claviger/client'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'

/** One step as it is told to a program. */
export interface Told {
  readonly step: string
  readonly command?: string
  readonly result: string
  readonly entry?: number
}

/** What the demonstration has made so far, told as it goes and taken away if it fails. */
export class Walk {
  readonly context: Context
  readonly client: ClavigerClient
  readonly told: Told[] = []
  readonly #keys: string[] = []
  readonly #files: string[] = []
  #interrupted = false
  readonly #onSignal = (): void => {
    this.#interrupted = true
  }

  constructor(context: Context, client: ClavigerClient) {
    this.context = context
    this.client = client
    for (const signal of SIGNALS) process.on(signal, this.#onSignal)
  }

  /** Says what comes and why, does it, and says what came of it. */
  async step(
    says: { readonly step: string; readonly why: string; readonly command?: string },
    work: () => Promise<{ readonly result: string; readonly entry?: number }>,
  ): Promise<void> {
    if (this.#interrupted) throw new CliError('failure', 'interrupted')
    const { step, why, command } = says
    const { paint } = this.context
    const number = this.told.length + 1
    await this.#say(`\n${paint('strong', `${number}. ${step}`)}\n   ${why}`)
    if (command !== undefined) await this.#say(`   ${paint('dim', '$')} ${command}`)
    const { result, entry } = await work()
    const recorded = entry === undefined ? '' : paint('dim', ` (audit entry ${entry})`)
    await this.#say(`   ${paint('good', '->')} ${result}${recorded}`)
    this.told.push({
      step,
      result,
      ...(command !== undefined && { command }),
      ...(entry !== undefined && { entry }),
    })
  }

  /** The keeper's refusal, which is what is wanted here; anything else is a failure. */
  async refusal(work: () => Promise<unknown>): Promise<{ result: string; entry?: number }> {
    try {
      await work()
    } catch (error) {
      if (!isClavigerError(error) || !REFUSALS.has(error.code)) throw error
      const { code, message, entry } = error
      return { result: `refused: ${message} [${code}]`, ...(entry !== undefined && { entry }) }
    }
    throw new CliError('failure', 'the keeper did what it had to refuse: do not trust it')
  }

  /** Told before the keeper is asked: an answer may be lost on its way, and the key be there. */
  makesKey(name: string): void {
    this.#keys.push(name)
  }

  madeFile(path: string): void {
    this.#files.push(path)
  }

  /** Takes away what was made; says what it could not. */
  async cleanUp(): Promise<void> {
    for (const path of this.#files) rmSync(path, { force: true })
    for (const name of this.#keys) {
      try {
        await this.client.keys.destroy(name, { windowDays: 0, reason: 'the demo failed' })
      } catch (error) {
        // Destroyed in the course of the walk, or never made.
        if (isClavigerError(error) && GONE.has(error.code)) continue
        const message = error instanceof Error ? error.message : String(error)
        await this.context.note(`the key ${name} is left behind: ${message}`)
      }
    }
  }

  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
  }

  async #say(text: string): Promise<void> {
    if (!this.context.isJson) await this.context.environment.stdout.write(`${text}\n`)
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const GONE: ReadonlySet<ClavigerErrorCode> = new Set(['wrong-state', 'not-found'])

const REFUSALS: ReadonlySet<ClavigerErrorCode> = new Set([
  'wrong-state',
  'risk-not-acknowledged',
  'period-over',
  'authentication-failed',
])
