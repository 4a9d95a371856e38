import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createKey,
  DEFAULT_TENANT,
  INTERNAL_REQUEST,
  internalSession,
  type Key,
  type KeyId,
  type KeyVersion,
  type Put,
} from '@claviger/core'
import { compose } from '../../packages/server/src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../packages/server/src/development.ts'
import { KeeperProcess } from './keeper-process.ts'
import type { LoadProcess } from './load-process.ts'
import type { Measurement } from './measurement.ts'

const SMALL = 1_000
const LARGE = 1_000_000
const UNIT = 500
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What a million stored keys cost: a read, a list, and memory while nothing happens. */
export async function measureScale(
  load: LoadProcess,
  seconds: number,
  rounds: number,
): Promise<readonly Measurement[]> {
  const folders = await Promise.all([SMALL, LARGE].map((count) => seeded(count)))
  const [small, large] = folders as [Seeded, Seeded]
  const empty = await seeded(0)
  const rss = (await idleMiB(large.folder)) - (await idleMiB(empty.folder))
  const few = await KeeperProcess.start(small.folder)
  const many = await KeeperProcess.start(large.folder)
  try {
    const get = { small: 0, large: 0 }
    const list = { small: 0, large: 0 }
    for (let round = 0; round < rounds; round++) {
      get.small += await costUs(few, load, seconds, gets(few, small.ids))
      get.large += await costUs(many, load, seconds, gets(many, large.ids))
      list.small += await costUs(few, load, seconds, lists(few, small.ids))
      list.large += await costUs(many, load, seconds, lists(many, large.ids))
    }
    const ratio = (name: string, { small: limit, large: value }: typeof get): Measurement => ({
      name,
      value: value / rounds,
      unit: 'µs',
      limit: limit / rounds,
      ratio: value / limit,
      bar: 1.5,
      side: 'at-most',
    })
    return [
      ratio('get-1m/get-1k', get),
      ratio('list-1m/list-1k', list),
      { name: 'idle-rss-1m-mb', value: rss, unit: 'MiB', bar: 50, side: 'at-most' },
    ]
  } finally {
    await few.stop()
    await many.stop()
  }
}

interface Seeded {
  readonly folder: string
  /** A sample of the ids, spread over all of them. */
  readonly ids: readonly string[]
}

/** A folder with many keys: one made for real, the others after its pattern. None of them is used. */
async function seeded(count: number): Promise<Seeded> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-bench-scale-'))
  const keeper = await compose(developmentConfig(folder, 0), quiet)
  await openDevelopmentKeeper(keeper, folder)
  const session = internalSession(DEFAULT_TENANT, 'bench')
  const { output } = await keeper.keeper.execute(
    session,
    createKey,
    { name: 'pattern', spec: 'aes-256' },
    INTERNAL_REQUEST,
  )
  const key = await keeper.store.get('key', DEFAULT_TENANT, output.key.id)
  const version = await keeper.store.get('key-version', DEFAULT_TENANT, `${output.key.id}/1`)
  if (key === undefined || version === undefined) throw new Error('the pattern is gone')
  const ids: string[] = []
  for (let start = 0; start < count; start += UNIT) {
    const puts: Put[] = []
    for (let index = start; index < Math.min(start + UNIT, count); index++) {
      const id = keeper.ports.ids.uuid() as KeyId
      if (index % Math.max(1, Math.floor(count / 1_000)) === 0) ids.push(id)
      puts.push(...likePattern(key.value, version.value, id, index))
    }
    await keeper.store.commit({ puts })
  }
  await keeper.close()
  return { folder, ids }
}

function likePattern(key: Key, version: KeyVersion, id: KeyId, index: number): readonly Put[] {
  const { tenant } = key
  return [
    { kind: 'key', tenant, id, value: { ...key, id, name: `scale-${index}` }, expected: 0 },
    { kind: 'key-version', tenant, id: `${id}/1`, value: { ...version, key: id }, expected: 0 },
  ]
}

function gets(keeper: KeeperProcess, ids: readonly string[]): readonly string[] {
  return ids.map((id) => keeper.request('GET', `/v1/keys/${id}`))
}

function lists(keeper: KeeperProcess, ids: readonly string[]): readonly string[] {
  return ids.map((id) => keeper.request('GET', `/v1/keys?limit=20&after=${id}`))
}

async function costUs(
  keeper: KeeperProcess,
  load: LoadProcess,
  seconds: number,
  requests: readonly string[],
): Promise<number> {
  const job = { port: keeper.port, ca: keeper.ca, connections: 16, seconds, requests }
  await load.run({ ...job, count: requests.length })
  const { done, seconds: took } = await load.run(job)
  return (took * 1e6) / done
}

/** Resident memory once everything has settled, with one request served. */
async function idleMiB(folder: string): Promise<number> {
  const keeper = await KeeperProcess.start(folder)
  await keeper.call('GET', '/v1/keys?limit=1')
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  const resident = keeper.residentMiB()
  await keeper.stop()
  return resident
}
