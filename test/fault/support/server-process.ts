import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after } from 'node:test'
import { RestClient } from './rest-client.ts'

export const CLAVIGER = resolve(import.meta.dirname, '../../../packages/cli/bin/claviger.mjs')

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface ServerOptions {
  /** Absent: the embedded defaults (`--dev`), on any free port. */
  readonly args?: readonly string[]
  /** A command and its arguments that the server is started by: `strace`, `setpriv`, another Node. */
  readonly prefix?: readonly string[]
  readonly node?: string
  /** What Node runs, in place of the source's `claviger server`. */
  readonly program?: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

const LISTENS = /listens on https:\/\/127\.0\.0\.1:(\d+)/
const START_MS_MAX = 60_000

/** None outlives its test file, however that ends. */
const running = new Set<ChildProcess>()
after(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** The real binary, serving a folder. Everything it writes is kept. */
export class ServerProcess {
  readonly folder: string
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  readonly #output = { stdout: '', stderr: '' }
  #port = 0

  private constructor(folder: string, options: ServerOptions) {
    this.folder = folder
    const args = options.args ?? ['--dev', '--folder', folder, '--port', '0']
    const whole = [
      ...(options.prefix ?? []),
      options.node ?? process.execPath,
      ...(options.program ?? [CLAVIGER, 'server']),
      ...args,
    ]
    this.#child = spawn(whole[0] as string, whole.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
    })
    running.add(this.#child)
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]?.setEncoding('utf8').on('data', (text) => (this.#output[name] += text))
    }
    this.ended = new Promise((resolve, reject) => {
      this.#child.once('error', reject)
      this.#child.once('close', (code, signal) => {
        running.delete(this.#child)
        resolve({ code, signal })
      })
    })
  }

  /** Starts it without waiting for anything. */
  static launch(folder: string, options: ServerOptions = {}): ServerProcess {
    return new ServerProcess(folder, options)
  }

  /** Starts it and waits until it listens; an error with what it wrote if it stops before. */
  static async start(folder: string, options: ServerOptions = {}): Promise<ServerProcess> {
    const server = new ServerProcess(folder, options)
    await server.listening()
    return server
  }

  /** Runs one that is expected to stop by itself. */
  static async run(folder: string, options: ServerOptions = {}): Promise<Stopped> {
    const server = new ServerProcess(folder, options)
    const timer = setTimeout(() => server.signal('SIGKILL'), START_MS_MAX)
    const ending = await server.ended
    clearTimeout(timer)
    return { ...ending, stdout: server.stdout, stderr: server.stderr }
  }

  async listening(): Promise<void> {
    const listens = new Promise<boolean>((resolve) => {
      const look = (): void => {
        const found = LISTENS.exec(this.#output.stdout)
        if (found === null) return
        this.#port = Number(found[1])
        resolve(true)
      }
      this.#child.stdout?.on('data', look)
      look()
    })
    const timer = setTimeout(() => this.signal('SIGKILL'), START_MS_MAX)
    const ready = await Promise.race([listens, this.ended.then(() => false)])
    clearTimeout(timer)
    if (!ready) throw new Error(`the server stopped before it listened: ${this.stderr}`)
  }

  get stdout(): string {
    return this.#output.stdout
  }

  get stderr(): string {
    return this.#output.stderr
  }

  get port(): number {
    return this.#port
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  path(...names: string[]): string {
    return join(this.folder, ...names)
  }

  token(identity: string): string {
    return readFileSync(this.path(`${identity}.token`), 'utf8').trim()
  }

  /** A client with one of the identities of the first start, or with another token, or with none. */
  client(identity: string | { readonly token: string | undefined } = 'developer'): RestClient {
    const token = typeof identity === 'string' ? this.token(identity) : identity.token
    return new RestClient(this.#port, readFileSync(this.path('ca.pem'), 'utf8'), token)
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name)
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.signal(signal)
    return this.ended
  }
}

export interface Stopped extends Ending {
  readonly stdout: string
  readonly stderr: string
}
