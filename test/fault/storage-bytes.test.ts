import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  DEFAULT_TENANT,
  isKeeperError,
  KEY_STATES,
  type Store,
  type TenantId,
} from '@claviger/core'
import { putKey, putVersion, sampleId, withOutbox } from '@claviger/testkit'
import type { StoreAnchor } from '../../packages/server/src/storage/sqlite/sqlite-store.ts'
import {
  openStore,
  removeFolder,
  temporaryFolder,
} from '../../packages/server/test/storage/temporary-store.ts'

/** Every so many bytes are changed; 1 changes each byte of the file, which takes some minutes. */
const STRIDE = Number(process.env['CLAVIGER_FLIP_STRIDE'] ?? 41)
const A = DEFAULT_TENANT
const B = 'other' as TenantId
const KEYS = 4

async function makeStore(folder: string): Promise<StoreAnchor> {
  const store = openStore(folder)
  for (let number = 0; number < KEYS; number++) {
    const changes = { labels: { team: 'a' }, destroyAt: 100 + number }
    const puts = [putKey(A, number, changes), putVersion(A, number, 1), putKey(B, number)]
    await store.commit(withOutbox(puts, `e-${number}`))
  }
  await store.commit({
    puts: [putKey(A, 0, { labels: { team: 'a' }, state: KEY_STATES[2] }, 1)],
    deletes: [{ kind: 'key', tenant: B, id: sampleId(3), expected: 1 }],
  })
  const anchor = store.anchor()
  await store.close()
  return anchor
}

type Question = (store: Store) => Promise<unknown>

/** Each has one right answer; of a list, the right answer may also be shorter and say so. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  ...Object.fromEntries(
    [A, B].flatMap((tenant) =>
      Array.from({ length: KEYS }, (_, number): [string, Question] => [
        `key ${number} of ${tenant}`,
        (store) => store.get('key', tenant, sampleId(number)),
      ]),
    ),
  ),
  version: (store) => store.get('key-version', A, `${sampleId(1)}/1`),
  name: (store) => store.getByName('key', A, 'key-2'),
  'absent name': (store) => store.getByName('key', A, 'none'),
  outbox: (store) => store.pendingOutbox(),
}
const LISTS: readonly Parameters<Store['list']>[1][] = [
  { tenant: A, limit: 10 },
  { tenant: A, limit: 10, facets: ['label:team=a'] },
  { tenant: B, limit: 10, descending: true },
]

interface Answers {
  readonly single: Map<string, string>
  readonly lists: readonly { readonly records: readonly string[]; readonly damaged: number }[]
  readonly due: { readonly records: readonly string[]; readonly damaged: number }
}

/** What a store says, refusals as `refused`; anything but a KeeperError fails the test. */
async function answersOf(store: Store, damage: () => number): Promise<Answers> {
  const single = new Map<string, string>()
  const refused = (error: unknown) => {
    assert.ok(isKeeperError(error), `a plain error: ${String(error)}`)
    assert.ok(error.code === 'integrity' || error.code === 'store-unavailable', error.code)
    return 'refused'
  }
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    single.set(name, await ask(store).then((answer) => JSON.stringify(answer) ?? '', refused))
  }
  const lists = []
  for (const query of LISTS) {
    const page = await store.list('key', query).catch((error: unknown) => {
      refused(error)
      return { records: [], damaged: ['all'] }
    })
    lists.push({
      records: page.records.map((record) => JSON.stringify(record)),
      damaged: page.damaged.length,
    })
  }
  const due = await store.due('key', 1_000, 10).catch((error: unknown) => {
    refused(error)
    return undefined
  })
  const records = (due ?? []).map((record) => JSON.stringify(record))
  return { single, lists, due: { records, damaged: due === undefined ? 1 : damage() } }
}

function assertNeverWrong(found: Answers, right: Answers, where: string): void {
  for (const [name, answer] of found.single) {
    if (answer !== 'refused') assert.equal(answer, right.single.get(name), `${name}, ${where}`)
  }
  const parts = [...found.lists, found.due]
  const whole = [...right.lists, right.due]
  parts.forEach(({ records, damaged }, index) => {
    const expected = whole[index]?.records ?? []
    for (const record of records) assert.ok(expected.includes(record), `a record, ${where}`)
    if (records.length < expected.length) {
      assert.ok(damaged > 0, `list ${index} is shorter and does not say so, ${where}`)
    }
  })
}

test('no changed byte of the database makes it answer wrongly, crash or hang', async (t) => {
  const folder = temporaryFolder()
  const knownAnchor = await makeStore(folder)
  const file = join(folder, 'store.db')
  const original = readFileSync(file)
  let told = 0
  const open = () => openStore(folder, { knownAnchor, onDamage: () => void told++ })
  const store = open()
  const right = await answersOf(store, () => told)
  await store.close()
  let refusedToOpen = 0
  let flips = 0
  for (let at = 0; at < original.length; at += STRIDE) {
    const edited = Uint8Array.from(original)
    edited[at] = (edited[at] as number) ^ (1 << (at % 8))
    for (const extra of ['-wal', '-shm']) rmSync(file + extra, { force: true })
    writeFileSync(file, edited)
    told = 0
    flips++
    const where = `byte ${at}`
    let damaged: ReturnType<typeof open>
    try {
      damaged = open()
    } catch (error) {
      assert.ok(isKeeperError(error), `${where}: ${String(error)}`)
      refusedToOpen++
      continue
    }
    const found = await answersOf(damaged, () => told)
    await damaged.close().catch((error: unknown) => assert.ok(isKeeperError(error), where))
    assertNeverWrong(found, right, where)
  }
  t.diagnostic(
    `${flips} changed bytes of ${original.length}, ${refusedToOpen} refused at the start`,
  )
  removeFolder(folder)
})
