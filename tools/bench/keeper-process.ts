import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const CLAVIGER = resolve(import.meta.dirname, '../../packages/cli/bin/claviger.mjs')

/** The real binary, serving a folder. */
export class KeeperProcess {
  readonly folder: string
  readonly port: number
  /** From starting the process to its saying that it listens. */
  readonly startMs: number
  readonly #child: ChildProcess

  private constructor(folder: string, port: number, startMs: number, child: ChildProcess) {
    this.folder = folder
    this.port = port
    this.startMs = startMs
    this.#child = child
  }

  static async start(folder: string): Promise<KeeperProcess> {
    const started = performance.now()
    const child = spawn(
      process.execPath,
      [CLAVIGER, 'server', '--dev', '--folder', folder, '--port', '0'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    if (child.stdout === null) throw new Error('the keeper has no output')
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /listens on https:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (port === undefined) continue
      child.stdout.resume()
      return new KeeperProcess(folder, Number(port), performance.now() - started, child)
    }
    throw new Error('the keeper stopped before it listened')
  }

  get ca(): string {
    return join(this.folder, 'ca.pem')
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  token(name: string): string {
    return readFileSync(join(this.folder, `${name}.token`), 'utf8').trim()
  }

  /** One request of the set-up, outside the measurement. */
  call(method: string, path: string, body?: unknown, identity = 'developer'): Promise<string> {
    const text = body === undefined ? '' : JSON.stringify(body)
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          servername: 'localhost',
          port: this.port,
          method,
          path,
          ca: readFileSync(this.ca),
          headers: {
            authorization: `Bearer ${this.token(identity)}`,
            ...(text !== '' && { 'content-type': 'application/json' }),
          },
        },
        (response) => {
          let answer = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (answer += chunk))
          response.on('end', () => {
            if ((response.statusCode ?? 500) < 300) resolve(answer)
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`))
          })
        },
      )
      outgoing.on('error', reject)
      outgoing.end(text)
    })
  }

  /** A whole request as text, for the loader. */
  request(
    method: string,
    path: string,
    body?: unknown,
    extra = '',
    token = this.token('developer'),
  ): string {
    const text = body === undefined ? '' : JSON.stringify(body)
    const content =
      text === ''
        ? ''
        : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`
    return `${method} ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n${extra}${content}\r\n${text}`
  }

  /** Resident memory in MiB. */
  residentMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  }

  async metric(name: string): Promise<number> {
    const text = await this.call('GET', '/metrics', undefined, 'auditor')
    const line = text
      .split('\n')
      .find((candidate) => candidate.startsWith(`${name} `) || candidate.startsWith(`${name}{`))
    return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? Number.NaN)
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await gone
  }
}
