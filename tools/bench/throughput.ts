import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { KeeperProcess } from './keeper-process.ts'
import type { LoadProcess } from './load-process.ts'
import { type Measurement, median } from './measurement.ts'

const CONNECTIONS = 64
const BATCH = 100
const SCHEMES = ['p256', 'ed25519', 'rsa2048', 'p256Batch', 'ed25519Batch'] as const

export interface ThroughputOptions {
  readonly keeper: KeeperProcess
  readonly load: LoadProcess
  readonly windowSeconds: number
  readonly rounds: number
}

/** Data operations over 64 keep-alive TLS connections, each window beside one of the bare echo. */
export async function measureThroughput(
  options: ThroughputOptions,
): Promise<readonly Measurement[]> {
  const { keeper, rounds } = options
  const echo = await startEcho(keeper.folder)
  try {
    const requests = await prepare(keeper)
    const rates: Record<string, number[]> = {}
    const measure = async (name: string, port: number, request: string): Promise<void> => {
      const rate = await ratePerSecond(options, port, request)
      ;(rates[name] ??= []).push(rate)
    }
    let records = 0
    let commits = 0
    // Both compile their hot code first: what is measured is the hundredth second, not the first.
    await ratePerSecond({ ...options, windowSeconds: 1 }, echo.port, requests.echo)
    await ratePerSecond({ ...options, windowSeconds: 4 }, keeper.port, requests.encrypt)
    for (let round = 0; round < rounds; round++) {
      await measure('echo', echo.port, requests.echo)
      const before = await logFigures(keeper)
      await measure('encrypt', keeper.port, requests.encrypt)
      const after = await logFigures(keeper)
      records += after.records - before.records
      commits += after.commits - before.commits
      await measure('batch', keeper.port, requests.batch)
      for (const scheme of SCHEMES) await measure(scheme, keeper.port, requests[scheme])
    }
    const speed = opensslSpeed(options.windowSeconds)
    return figures((name) => median(rates[name] ?? []), speed, records / commits)
  } finally {
    echo.child.kill()
  }
}

function figures(
  rate: (name: string) => number,
  speed: Record<'p256' | 'ed25519' | 'rsa2048', number>,
  recordsPerCommit: number,
): readonly Measurement[] {
  const side = 'at-least' as const
  const against = (
    name: string,
    value: number,
    limit: number,
    unit: string,
    bar: number,
  ): Measurement => ({
    name,
    value,
    unit,
    limit,
    ratio: value / limit,
    bar,
    side,
  })
  const inBatches = (name: string): number => rate(name) * BATCH
  return [
    against('encrypt-durable/https-echo', rate('encrypt'), rate('echo'), 'req/s', 0.5),
    against('batch100-items/single', inBatches('batch'), rate('encrypt'), 'items/s', 6),
    against('sign-p256/openssl-speed', rate('p256'), speed.p256, 'sign/s', 0.3),
    against('sign-ed25519/openssl-speed', rate('ed25519'), speed.ed25519, 'sign/s', 0.45),
    against('sign-rsa2048/openssl-speed', rate('rsa2048'), speed.rsa2048, 'sign/s', 0.55),
    against('sign-p256-batch100/openssl-speed', inBatches('p256Batch'), speed.p256, 'sign/s', 0.3),
    against(
      'sign-ed25519-batch100/openssl-speed',
      inBatches('ed25519Batch'),
      speed.ed25519,
      'sign/s',
      0.45,
    ),
    { name: 'records-per-fdatasync', value: recordsPerCommit, unit: 'records', bar: 25, side },
  ]
}

/** Answers a second to one request, sent over and over. */
export async function ratePerSecond(
  { load, keeper, windowSeconds }: Omit<ThroughputOptions, 'rounds'>,
  port: number,
  request: string,
): Promise<number> {
  const { done, seconds } = await load.run({
    port,
    ca: keeper.ca,
    connections: CONNECTIONS,
    seconds: windowSeconds,
    requests: [request],
  })
  return done / seconds
}

type Requests = Record<'echo' | 'encrypt' | 'batch' | (typeof SCHEMES)[number], string>

/** The keys, made once a folder, and each request as it goes over the wire. */
async function prepare(keeper: KeeperProcess): Promise<Requests> {
  const keys = [
    ['bench-encrypt', 'aes-256'],
    ['bench-p256', 'ec-p256'],
    ['bench-ed25519', 'ed25519'],
    ['bench-rsa2048', 'rsa-2048'],
  ]
  for (const [name, spec] of keys) {
    await keeper
      .call('GET', `/v1/keys/${name}`)
      .catch(() => keeper.call('POST', '/v1/keys', { name, spec }))
  }
  const item = { plaintext: Buffer.alloc(32, 7).toString('base64'), context: { app: 'bench' } }
  const message = { message: Buffer.alloc(32, 7).toString('base64') }
  const sign = (name: string): string => keeper.request('POST', `/v1/keys/${name}/sign`, message)
  const signBatch = (name: string): string =>
    keeper.request('POST', `/v1/keys/${name}/sign`, { items: Array(BATCH).fill(message) })
  return {
    echo: keeper.request('POST', '/', item),
    encrypt: keeper.request('POST', '/v1/keys/bench-encrypt/encrypt', item),
    batch: keeper.request('POST', '/v1/keys/bench-encrypt/encrypt', {
      items: Array.from({ length: BATCH }, () => item),
    }),
    p256: sign('bench-p256'),
    ed25519: sign('bench-ed25519'),
    rsa2048: sign('bench-rsa2048'),
    p256Batch: signBatch('bench-p256'),
    ed25519Batch: signBatch('bench-ed25519'),
  }
}

async function logFigures(keeper: KeeperProcess): Promise<{ records: number; commits: number }> {
  return {
    records: await keeper.metric('claviger_log_entries'),
    commits: await keeper.metric('claviger_log_commits'),
  }
}

/**
 * One core of the system's OpenSSL, as the field's common measure of signing. The other core is kept as
 * busy as the load keeps it while the keeper is measured: two hardware threads share what one has alone.
 */
function opensslSpeed(seconds: number): Record<'p256' | 'ed25519' | 'rsa2048', number> {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' })
  try {
    return opensslSpeedOf(seconds)
  } finally {
    busy.kill('SIGKILL')
  }
}

function opensslSpeedOf(seconds: number): Record<'p256' | 'ed25519' | 'rsa2048', number> {
  const run = (algorithm: string): number => {
    const args = ['speed', '-seconds', String(Math.max(1, Math.round(seconds))), '-mr', algorithm]
    const output = execFileSync('openssl', args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // `+F2:…` (RSA), `+F4:…` (ECDSA) and `+F6:…` (EdDSA) carry signatures and verifications a second.
    const fields = /^\+F[246]:.*$/m.exec(output)?.[0].split(':') ?? []
    const perSecond = fields.map(Number).filter((field) => Number.isFinite(field))
    return secondsToRate(perSecond.at(-2) ?? Number.NaN)
  }
  return { p256: run('ecdsap256'), ed25519: run('ed25519'), rsa2048: run('rsa2048') }
}

/** Older releases print seconds an operation where newer ones print operations a second. */
function secondsToRate(figure: number): number {
  return figure < 1 ? 1 / figure : figure
}

function startEcho(folder: string): Promise<{ port: number; child: ChildProcess }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'echo-server.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.on('error', reject)
    if (child.stdout === null) return reject(new Error('the echo has no output'))
    createInterface({ input: child.stdout }).once('line', (line) =>
      resolve({ port: Number(line), child }),
    )
    return undefined
  })
}
