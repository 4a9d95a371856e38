import assert from 'node:assert/strict'
import { copyFileSync, createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'node:test'
import { ClavigerClient } from '@claviger/client'
import { generateX25519Identity, identityToRecipient } from 'age-encryption'
import { createNodeFetch } from '../../packages/cli/src/connection/node-fetch.ts'
import { writeAtomically } from '../../packages/cli/src/file/atomic-file.ts'
import {
  type KnownLog,
  logVerifier,
  restoreBackup,
  verifyBackup,
} from '../../packages/server/src/restore.ts'
import { OfflineLog } from './support/offline-log.ts'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** `CLAVIGER_BACKUP_CRASH_ROUNDS=100` for a long run. */
const ROUNDS = Number(process.env['CLAVIGER_BACKUP_CRASH_ROUNDS'] ?? 20)

const identity = await generateX25519Identity()
const recipient = await identityToRecipient(identity)
const opening = { identities: [identity] }

async function clientOf(server: ServerProcess, identity: string): Promise<ClavigerClient> {
  const address = `https://localhost:${server.port}`
  const ca = readFileSync(server.path('ca.pem'), 'utf8')
  const fetch = await createNodeFetch(address, { ca })
  return new ClavigerClient({ address, token: server.token(identity), fetch, retries: 0 })
}

/** Makes keys until it is told to end or the keeper is gone, and knows which were acknowledged. */
class Writer {
  readonly acknowledged: string[] = []
  #isOver = false
  #running: Promise<void> = Promise.resolve()
  #count = 0

  begin(client: ClavigerClient): void {
    this.#isOver = false
    this.#running = this.#run(client)
  }

  async end(): Promise<void> {
    this.#isOver = true
    await this.#running
  }

  async #run(client: ClavigerClient): Promise<void> {
    while (!this.#isOver) {
      const name = `key-${this.#count++}`
      try {
        await client.keys.create({ name, spec: 'aes-256' })
      } catch {
        return
      }
      this.acknowledged.push(name)
    }
  }
}

async function takeBackup(client: ClavigerClient, path: string): Promise<boolean> {
  try {
    const { pieces } = await client.backups.create({ recipients: [recipient] })
    await writeAtomically(path, pieces)
    return true
  } catch {
    return false
  }
}

/** How long a backup takes here and now when nobody is killed. */
async function usualDurationMs(folder: string, path: string): Promise<number> {
  const server = await ServerProcess.start(folder)
  const client = await clientOf(server, 'administrator')
  const startedMs = performance.now()
  assert.ok(await takeBackup(client, path))
  const durationMs = performance.now() - startedMs
  await server.stop()
  return durationMs
}

function knownLog(folder: string): KnownLog {
  const vkeys = readFileSync(join(folder, 'log.vkey'), 'utf8').trim().split('\n')
  return { origin: 'claviger.local/log', verifiers: vkeys.map(logVerifier) }
}

test(`${ROUNDS} kills of the keeper during a backup leave nothing half done`, {
  timeout: 600_000,
}, async (t) => {
  const folder = temporaryFolder(t)
  const place = temporaryFolder(t)
  const writer = new Writer()
  const usualMs = await usualDurationMs(folder, join(place, 'usual.backup'))
  let whole = 1
  for (let round = 0; round < ROUNDS; round++) {
    const server = await ServerProcess.start(folder)
    assert.equal(existsSync(join(folder, 'data', 'backup')), false, 'the rest of the last one')
    writer.begin(await clientOf(server, 'developer'))
    const path = join(place, `${round}.backup`)
    const taken = takeBackup(await clientOf(server, 'administrator'), path)
    // On every part of a backup, and now and then after it.
    await delay(usualMs * 1.5 * ((round * 0.382) % 1))
    server.signal('SIGKILL')
    const isWhole = await taken
    await server.ended
    await writer.end()
    assert.equal(existsSync(path), isWhole)
    if (!isWhole) continue
    whole++
    await verifyBackup(createReadStream(path), opening, knownLog(folder))
  }
  t.diagnostic(`${whole - 1} of ${ROUNDS} backups were whole`)
  assert.equal(readdirSync(place).length, whole, 'whole files, and nothing beside them')

  const server = await ServerProcess.start(folder)
  writer.begin(await clientOf(server, 'developer'))
  const before = [...writer.acknowledged]
  const path = join(place, 'last.backup')
  assert.ok(await takeBackup(await clientOf(server, 'administrator'), path))
  await writer.end()
  await server.stop()
  await assertRestored(folder, temporaryFolder(t), path, before)
})

/** A keeper in another folder has every key of `names`, and a log that verifies. */
async function assertRestored(
  from: string,
  to: string,
  path: string,
  names: readonly string[],
): Promise<void> {
  const { manifest } = await restoreBackup(to, createReadStream(path), opening, {
    known: knownLog(from),
  })
  // What is not in a backup: what opens the seal, TLS, and tokens in files.
  for (const name of readdirSync(from).filter((one) => one !== 'data')) {
    copyFileSync(join(from, name), join(to, name))
  }
  copyFileSync(join(from, 'data', 'seal-1.key'), join(to, 'data', 'seal-1.key'))
  const restored = await ServerProcess.start(to)
  const client = await clientOf(restored, 'developer')
  for (const name of names) assert.equal((await client.keys.get(name)).key.name, name)
  await client.keys.create({ name: 'it-goes-on', spec: 'aes-256' })
  await restored.stop()
  const log = await new OfflineLog(to).verify()
  assert.ok(log.entries > manifest.entries)
}
