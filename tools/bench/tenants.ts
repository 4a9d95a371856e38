import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@claviger/core'
import { compose, type Composition } from '../../packages/server/src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../packages/server/src/development.ts'
import { KeeperProcess } from './keeper-process.ts'
import type { LoadProcess } from './load-process.ts'
import type { Measurement } from './measurement.ts'

const TENANTS = 10_000
/** Tenants that are asked of later: each once, so that it is cold. */
const SAMPLED = 200
const CONCURRENT = 64
const SETTLE_MS = 3_000
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What ten thousand tenants cost: memory while nothing happens, and the first encryption in one of them. */
export async function measureTenants(load: LoadProcess): Promise<readonly Measurement[]> {
  const one = mkdtempSync(join(tmpdir(), 'claviger-bench-tenant-'))
  const many = mkdtempSync(join(tmpdir(), 'claviger-bench-tenants-'))
  await seed(one, 0)
  const tokens = await seed(many, TENANTS)
  const base = await serving(one, async (keeper) => keeper.residentMiB())
  return serving(many, async (keeper) => {
    const rss = keeper.residentMiB() - base
    const body = { plaintext: Buffer.alloc(32, 7).toString('base64') }
    const requests = tokens.map((token) =>
      keeper.request('POST', '/v1/keys/k/encrypt', body, '', token),
    )
    // One at a time: each waits for its own tenant to be read, and for nobody else.
    const job = { port: keeper.port, ca: keeper.ca, connections: 1, seconds: 60 }
    const { done, seconds } = await load.run({ ...job, requests, count: requests.length })
    return [
      { name: 'idle-rss-10k-tenants-mb', value: rss, unit: 'MiB', bar: 100, side: 'at-most' },
      {
        name: 'cold-tenant-first',
        value: (seconds * 1_000) / done,
        unit: 'ms',
        bar: 5,
        side: 'at-most',
      },
    ]
  })
}

/** A folder with so many tenants; the tokens of users in some of them, who have a key `k`. */
async function seed(folder: string, count: number): Promise<readonly string[]> {
  const keeper = await compose(developmentConfig(folder, 0), quiet)
  await openDevelopmentKeeper(keeper, folder)
  const tokens: string[] = []
  for (let start = 0; start < count; start += CONCURRENT) {
    const indexes = Array.from(
      { length: Math.min(CONCURRENT, count - start) },
      (_, offset) => start + offset,
    )
    await Promise.all(
      indexes.map(async (index) => {
        const tenant = await house(keeper, `house-${index}`)
        if (index % (count / SAMPLED) === 0) tokens.push(await user(keeper, tenant))
      }),
    )
  }
  await keeper.close()
  return tokens
}

async function house(keeper: Composition, name: string): Promise<core.TenantId> {
  const session = core.internalSession(core.DEFAULT_TENANT, 'bench')
  const run = keeper.keeper.execute(session, core.createTenant, { name }, core.INTERNAL_REQUEST)
  return (await run).output.tenant.id
}

async function user(keeper: Composition, tenant: core.TenantId): Promise<string> {
  const session = core.internalSession(tenant, 'bench')
  const run = keeper.keeper.execute.bind(keeper.keeper)
  const roles = ['user']
  const person = { name: 'dev', kind: 'person', roles } as const
  await run(session, core.createPrincipal, person, core.INTERNAL_REQUEST)
  await run(session, core.createKey, { name: 'k', spec: 'aes-256' }, core.INTERNAL_REQUEST)
  const token = { principal: 'dev', lifetimeSeconds: 86_400 }
  return (await run(session, core.createToken, token, core.INTERNAL_REQUEST)).output.secret
}

/** With a keeper that has served the first tenant, so that its code is warm, and has settled. */
async function serving<Result>(
  folder: string,
  use: (keeper: KeeperProcess) => Promise<Result>,
): Promise<Result> {
  const keeper = await KeeperProcess.start(folder)
  try {
    await keeper.call('POST', '/v1/keys', { name: 'warm', spec: 'aes-256' })
    const body = { plaintext: 'aGk=' }
    for (let time = 0; time < 200; time++) await keeper.call('POST', '/v1/keys/warm/encrypt', body)
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return await use(keeper)
  } finally {
    await keeper.stop()
  }
}
