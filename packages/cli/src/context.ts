import { encodeBase64 } from '@claviger/bytes'
import type { ClavigerClient } from '@claviger/client'
import {
  type Connection,
  type ConnectionOptions,
  resolveConnection,
} from './connection/connection.ts'
import type { Environment } from './environment.ts'
import { EXIT_CODES, type ExitReason } from './exit-code.ts'
import { type Paint, paintFor } from './terminal/text.ts'

export interface CommonOptions extends ConnectionOptions {
  readonly json?: boolean
  /** Why, for those who have to approve it. */
  readonly because?: string
}

const TIMEOUT_SECONDS_DEFAULT = 60

/** One run of one command: its options, its keeper, and where its answer goes. */
export class Context {
  readonly environment: Environment
  readonly paint: Paint
  exitCode: number = EXIT_CODES.ok
  options: CommonOptions = {}
  /** The command's first word. */
  command = ''
  #connection: Connection | undefined

  constructor(environment: Environment) {
    this.environment = environment
    this.paint = paintFor(environment.stdout.isTTY, environment.env)
  }

  get isJson(): boolean {
    return this.options.json === true
  }

  get connection(): Connection {
    const { env, cwd } = this.environment
    this.#connection ??= resolveConnection(this.options, { env, cwd, command: this.command })
    return this.#connection
  }

  /** The connection if there was one; for what is said after an error. */
  get knownConnection(): Connection | undefined {
    return this.#connection
  }

  /** @param command takes the identity that the profile keeps for another command */
  async client(command = this.command): Promise<ClavigerClient> {
    const { ClavigerClient } = await import('@claviger/client')
    const { env, cwd, fetch } = this.environment
    const connection =
      command === this.command
        ? this.connection
        : resolveConnection(this.options, { env, cwd, command })
    const { createNodeFetch } = await import('./connection/node-fetch.ts')
    return new ClavigerClient({
      address: connection.address,
      token: connection.token,
      requestTimeoutMs: (this.options.timeout ?? TIMEOUT_SECONDS_DEFAULT) * 1_000,
      retries: 2,
      reason: this.options.because,
      fetch: fetch ?? (await createNodeFetch(connection.address, connection)),
    })
  }

  /** The answer: `value` for programs, or `human` for people. */
  async print(value: unknown, human: string): Promise<void> {
    const text = this.isJson ? JSON.stringify(value, bytesToBase64, 2) : human
    if (text !== '') await this.environment.stdout.write(`${text}\n`)
  }

  /** A remark to people, beside the answer. */
  async note(text: string): Promise<void> {
    await this.environment.stderr.write(`${text}\n`)
  }

  /** Ends with this status, without an error to tell. */
  endWith(reason: ExitReason): void {
    this.exitCode = EXIT_CODES[reason]
  }
}

function bytesToBase64(_name: string, value: unknown): unknown {
  return value instanceof Uint8Array ? encodeBase64(value) : value
}
