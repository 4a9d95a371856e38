import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type TestContext, test } from 'node:test'
import { type Callers, checkClient, checkSecrets, entriesAfter } from './support/crash-check.ts'
import { type Acknowledgement, CrashClient } from './support/crash-client.ts'
import { OfflineLog } from './support/offline-log.ts'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** `CLAVIGER_CRASH_ROUNDS=2000` for a long run. */
const ROUNDS = Number(process.env['CLAVIGER_CRASH_ROUNDS'] ?? 200)
const CLIENTS = 16
/** Every so many rounds the whole log is verified from its files; the last round always. */
const VERIFY_EVERY = 20
/** Every so many rounds the start itself is killed before the next one. */
const KILL_START_EVERY = 5
const LOAD_MS_MAX = 350
const START_MS_MAX = 450

function callersOf(server: ServerProcess): Callers {
  return {
    officer: server.client(),
    administrator: server.client('administrator'),
    auditor: server.client('auditor'),
  }
}

/** The whole run: one folder, killed and started again, and what its clients were told. */
class CrashRun {
  readonly folder: string
  readonly log: OfflineLog
  readonly rotations: number[] = []
  clients: CrashClient[] = []
  sharedKey = ''
  acknowledged = 0
  unknown = 0
  /** Every entry up to this one has been looked at. */
  #seen = -1

  constructor(folder: string) {
    this.folder = folder
    this.log = new OfflineLog(folder)
  }

  async prepare(): Promise<void> {
    const server = await ServerProcess.start(this.folder)
    const officer = server.client()
    const administrator = server.client('administrator')
    this.sharedKey = (
      await officer.ok('POST', '/v1/keys', { name: 'shared', spec: 'aes-256' })
    ).key.id
    for (let number = 0; number < CLIENTS; number++) {
      const name = `client-${number}`
      await administrator.ok('POST', '/v1/principals', { name, kind: 'workload', roles: ['user'] })
      this.clients.push(new CrashClient(name, this.sharedKey))
    }
    officer.close()
    administrator.close()
    await server.stop('SIGKILL')
  }

  /** Starts, checks what the last kill left, loads, kills. */
  async round(number: number): Promise<void> {
    if (number % KILL_START_EVERY === 0) {
      const starting = ServerProcess.launch(this.folder)
      await delay(Math.random() * START_MS_MAX)
      await starting.stop('SIGKILL')
    }
    const server = await ServerProcess.start(this.folder)
    try {
      const callers = callersOf(server)
      await this.#check(server, callers, number)
      await this.#load(server, callers)
    } finally {
      await server.stop('SIGKILL')
    }
    assert.equal(server.stderr.includes(' at '), false, server.stderr)
    this.log.saveCurrent()
  }

  async finish(): Promise<void> {
    const server = await ServerProcess.start(this.folder)
    await this.#check(server, callersOf(server), 0)
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
    this.log.saveCurrent()
    const ids = new Set<string>()
    const { entries } = await this.log.verify((_, text) => {
      const { id } = JSON.parse(text) as { id: string }
      assert.ok(!ids.has(id), `entry ${id} is in the log twice`)
      ids.add(id)
    })
    assert.equal(ids.size, entries)
  }

  async #load(server: ServerProcess, callers: Callers): Promise<void> {
    const working = this.clients.map((client) => client.work(callers))
    const loaded = Promise.all(working)
    await Promise.race([delay(20 + Math.random() * LOAD_MS_MAX), loaded])
    server.signal('SIGKILL')
    await loaded
    for (const caller of Object.values(callers)) caller.close()
  }

  async #check(server: ServerProcess, callers: Callers, number: number): Promise<void> {
    const { officer, auditor } = callers
    const entries = await entriesAfter(auditor, this.#seen)
    const last = Math.max(this.#seen, ...entries.keys())
    const acknowledged = this.clients.flatMap((client) => client.acknowledged)
    this.acknowledged += acknowledged.length
    this.unknown += this.clients.filter(({ pending }) => pending !== undefined).length
    const pending = this.clients.filter(
      (client) =>
        client.pending?.action === 'key.rotate' && client.pending.target === this.sharedKey,
    ).length
    const shared = await officer.ok('GET', `/v1/keys/${this.sharedKey}/history`)
    const rotated = [...entries.values()].filter(
      ({ action, target, outcome }) =>
        action === 'key.rotate' && target.id === this.sharedKey && outcome === 'allowed',
    ).length
    this.#checkShared(shared.versions.length, acknowledged, rotated, pending)
    await Promise.all(
      this.clients.map(async (client) => {
        await checkClient(client, callers, entries)
        await client.retryCreation(officer)
      }),
    )
    await checkSecrets(this.clients[number % CLIENTS] as CrashClient, server)
    const sample = acknowledged[Math.floor(Math.random() * acknowledged.length)]
    if (sample !== undefined) {
      const path = `/v1/audit/entries/${sample.entry}/receipt`
      const proved = await this.log.entryOf((await auditor.call('GET', path)).text)
      assert.equal(proved.index, sample.entry)
      assert.ok(proved.text.includes(`"action":"${sample.action}"`), proved.text)
    }
    this.log.save((await auditor.call('GET', '/v1/audit/checkpoint')).text)
    if (number > 0 && number % VERIFY_EVERY === 0) await this.log.verify()
    this.#seen = last
  }

  /** Of a key that all of them rotate: each version was told to one caller at most, and none is missing. */
  #checkShared(
    versions: number,
    acknowledged: readonly Acknowledgement[],
    rotated: number,
    pending: number,
  ): void {
    const told = acknowledged.filter(
      ({ action, target }) => action === 'key.rotate' && target === this.sharedKey,
    )
    const before = this.rotations.length === 0 ? 1 : (this.rotations.at(-1) as number)
    const numbers = new Set(told.map(({ version }) => version))
    assert.equal(numbers.size, told.length, 'a version number was told twice')
    for (const number of numbers) {
      assert.ok(number !== undefined && number > before && number <= versions, `version ${number}`)
    }
    assert.ok(versions - before >= told.length, 'an acknowledged rotation is missing')
    assert.ok(versions - before <= told.length + pending, 'a rotation that nobody asked for')
    assert.equal(rotated, versions - before, 'an entry for each rotation')
    this.rotations.push(versions)
  }
}

test(`${ROUNDS} kills under load lose nothing that was acknowledged`, {
  timeout: 1_800_000,
}, async (t: TestContext) => {
  const run = new CrashRun(temporaryFolder(t))
  await run.prepare()
  const started = performance.now()
  for (let number = 1; number <= ROUNDS; number++) await run.round(number)
  await run.finish()
  const seconds = Math.round((performance.now() - started) / 1000)
  t.diagnostic(`${run.acknowledged} answers kept, ${run.unknown} unknown, ${seconds} s`)
  assert.ok(run.acknowledged > ROUNDS * 10, `${run.acknowledged} answers came before the kills`)
})
