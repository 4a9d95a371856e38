import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FetchLike } from '@claviger/client'
import type { Environment } from '../src/environment.ts'
import { run } from '../src/program.ts'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** A status and a body, JSON or text. */
export type FakeAnswer = readonly [status: number, body: unknown]

export interface Ran {
  readonly exitCode: number
  readonly stdout: string
  readonly bytes: Buffer
  readonly stderr: string
  readonly seen: readonly SeenRequest[]
}

export interface World {
  readonly stdin?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly answer?: (request: SeenRequest) => FakeAnswer
  /** What a person at a terminal types, one after the other; makes standard input a terminal. */
  readonly typed?: readonly string[]
  readonly yes?: boolean
}

export const ADDRESS = 'https://keeper.example:8420'
const DEFAULT_ENV = { CLAVIGER_ADDRESS: ADDRESS, CLAVIGER_TOKEN: 'a-token' }

/** Runs one command in a made-up world. */
export async function claviger(args: readonly string[], world: World = {}): Promise<Ran> {
  const seen: SeenRequest[] = []
  const out: Buffer[] = []
  const err: Buffer[] = []
  const typed = [...(world.typed ?? [])]
  const environment: Environment = {
    args,
    env: world.env ?? DEFAULT_ENV,
    cwd: world.cwd ?? tmpdir(),
    stdin: { isTTY: world.typed !== undefined, ...inputOf(world.stdin) },
    stdout: writerTo(out),
    stderr: writerTo(err),
    fetch: fakeFetch(seen, world.answer ?? (() => [200, {}])),
    askSecret: async () => typed.shift() ?? '',
    askYes: async () => world.yes === true,
    now: () => new Date('2030-01-01T00:00:00Z'),
  }
  const exitCode = await run(environment)
  const bytes = Buffer.concat(out)
  return { exitCode, bytes, stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), seen }
}

function inputOf(text: string | Uint8Array = ''): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      yield Buffer.from(text)
    },
  }
}

function writerTo(pieces: Buffer[]): Environment['stdout'] {
  return {
    isTTY: false,
    columns: 80,
    write: async (data) => void pieces.push(Buffer.from(data)),
  }
}

function fakeFetch(seen: SeenRequest[], answer: (request: SeenRequest) => FakeAnswer): FetchLike {
  return async (url, { method, headers, body }) => {
    const path = url.slice(new URL(url).origin.length)
    const request = {
      method,
      path,
      headers,
      body: body === undefined ? undefined : JSON.parse(body),
    }
    seen.push(request)
    const [status, answered] = answer(request)
    const text = typeof answered === 'string' ? answered : JSON.stringify(answered)
    return { status, headers: { get: () => null }, text: async () => text, body: inputOf(text) }
  }
}

/** A folder of one test, taken away with it. */
export function temporaryFolder(t: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-cli-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Enough of a key for every view of one. */
export const KEY = {
  id: '0198d2c4-2c5f-7a3b-9f10-5d2c9f3e1a77',
  tenant: 'default',
  name: 'payments',
  spec: 'aes-256',
  purpose: 'encrypt',
  keyType: 'symmetric-data-encryption',
  mechanisms: ['aes-gcm'],
  description: '',
  owner: '',
  labels: {},
  exportable: false,
  origin: 'generated',
  cryptoperiod: { protectDays: 730, processDays: 1825 },
  limits: {},
  custody: 'software',
  currentVersion: 1,
  lastVersion: 1,
  state: 'active',
  createdAt: '2030-01-01T00:00:00.000Z',
  createdBy: 'x',
  updatedAt: '2030-01-01T00:00:00.000Z',
  revision: 1,
  version: {
    version: 1,
    effectiveState: 'active',
    checkValue: '0011223344556677',
    destroyDue: false,
    history: [],
  },
}

export function refusal(code: string, status: number, detail = 'no'): FakeAnswer {
  return [status, { type: `urn:claviger:error:${code}`, title: 'x', status, code, detail }]
}
