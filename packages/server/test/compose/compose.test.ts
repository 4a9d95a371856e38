import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import {
  createKey,
  decrypt,
  encrypt,
  getKey,
  initialize,
  internalSession,
  INTERNAL_REQUEST,
  isKeeperError,
  seal,
  type Session,
  SYSTEM_TENANT,
  unseal,
} from '@claviger/core'
import { verifyLogFolder } from '../../src/audit/index.ts'
import { compose, type Composition } from '../../src/compose.ts'
import { defaultConfig } from '../../src/config/config.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import { sha256 } from '../../src/log-keys.ts'
import { runServer } from '../../src/main.ts'
import type { Logger } from '../../src/logging/logger.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-compose-'))
  folders.push(folder)
  return folder
}

const complaints: string[] = []
const logger: Logger = {
  info: () => undefined,
  warn: (message) => void complaints.push(message),
  error: (message) => void complaints.push(message),
}

async function openDevelopment(folder: string): Promise<{ keeper: Composition; how: string }> {
  const keeper = await compose(developmentConfig(folder, 0), logger)
  return { keeper, how: await openDevelopmentKeeper(keeper, folder) }
}

async function sessionFor(keeper: Composition, folder: string, name: string): Promise<Session> {
  const secret = readFileSync(join(folder, `${name}.token`), 'utf8').trim()
  return keeper.authenticator.bySecret(secret, '127.0.0.1')
}

const REQUEST = { protocol: 'test', peer: '127.0.0.1' }
const TEXT = encodeUtf8('attack at dawn')

function refuses(code: string): (error: unknown) => boolean {
  return (error) => isKeeperError(error) && error.code === code
}

test('a first start makes everything, a second finds it again, and the log verifies offline', async () => {
  const folder = temporaryFolder()
  const first = await openDevelopment(folder)
  assert.equal(first.how, 'made')
  const developer = await sessionFor(first.keeper, folder, 'developer')
  const { output } = await first.keeper.keeper.execute(
    developer,
    createKey,
    { name: 'k', spec: 'aes-256' },
    REQUEST,
  )
  const call = { key: 'k', items: [{ plaintext: TEXT }] }
  const sealed = await first.keeper.keeper.executeData(developer, encrypt, call, REQUEST)
  const [result] = sealed.results
  assert.ok(result?.ok)
  await first.keeper.close()

  const second = await openDevelopment(folder)
  assert.equal(second.how, 'found')
  // Initialization, the developer's access key, creation and encryption, each once.
  assert.equal(second.keeper.log.size, 4)
  const again = await sessionFor(second.keeper, folder, 'developer')
  const items = [{ key: output.key.id, ...result.value }]
  const opened = await second.keeper.keeper.executeData(
    again,
    decrypt,
    { key: 'k', items },
    REQUEST,
  )
  assert.ok(opened.results[0]?.ok)
  assert.deepEqual(new Uint8Array(opened.results[0].value.plaintext), TEXT)
  await second.keeper.close()

  const verified = await verifyLogFolder(join(folder, 'data', 'log'), {
    sha256,
    verifiers: second.keeper.logKeys.verifiers,
    origin: 'claviger.local/log',
  })
  assert.ok(verified.entries >= 4)
  assert.deepEqual(complaints.splice(0), [])
})

test('secrets lie in files of their own, readable by their owner only', async () => {
  const folder = temporaryFolder()
  const { keeper } = await openDevelopment(folder)
  for (const name of ['administrator.token', 'developer.token', 'auditor.token']) {
    assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  }
  assert.equal(statSync(join(folder, 'data', 'log-keys.json')).mode & 0o077, 0)
  await keeper.close()
})

test('roles keep duties apart from the first start', async () => {
  const folder = temporaryFolder()
  const { keeper } = await openDevelopment(folder)
  const [administrator, developer, auditor] = await Promise.all(
    ['administrator', 'developer', 'auditor'].map((name) => sessionFor(keeper, folder, name)),
  )
  assert.ok(administrator && developer && auditor)
  await keeper.keeper.execute(developer, createKey, { name: 'k', spec: 'aes-256' }, REQUEST)
  const call = { key: 'k', items: [{ plaintext: TEXT }] }
  for (const session of [administrator, auditor]) {
    await assert.rejects(
      keeper.keeper.executeData(session, encrypt, call, REQUEST),
      refuses('denied'),
    )
    await assert.rejects(
      keeper.keeper.execute(session, createKey, { name: 'x', spec: 'aes-256' }, REQUEST),
      refuses('denied'),
    )
  }
  await keeper.keeper.execute(auditor, getKey, { key: 'k' }, REQUEST)
  await keeper.close()
})

test('shares unseal, sealing wipes, and a sealed keeper refuses the rest', async () => {
  const folder = temporaryFolder()
  const keeper = await compose({ ...defaultConfig(folder), seal: { kind: 'shamir' } }, logger)
  const founder = internalSession(SYSTEM_TENANT, 'first-start')
  const { output } = await keeper.keeper.execute(
    founder,
    initialize,
    {
      method: { kind: 'shamir', shares: 5, threshold: 3 },
      principals: [{ name: 'boss', roles: ['officer', 'operator'], tokenDays: 1 }],
    },
    INTERNAL_REQUEST,
  )
  const secret = output.tokens['boss'] ?? ''
  const boss = await keeper.authenticator.bySecret(secret)
  await keeper.keeper.execute(boss, createKey, { name: 'k', spec: 'aes-256' }, REQUEST)
  await keeper.keeper.execute(boss, seal, {}, REQUEST)
  assert.equal(keeper.ports.seal.status().sealed, true)
  assert.equal(keeper.custody.openCount, 0)
  await assert.rejects(
    keeper.keeper.execute(boss, getKey, { key: 'k' }, REQUEST),
    refuses('sealed'),
  )

  const anonymous: Session = { ...boss, authentication: 'anonymous', roles: [] }
  const shares = (output.shares ?? []).map((share) => share.use((bytes) => bytes.slice()))
  for (const share of shares.slice(1, 4)) {
    const credential = { kind: 'share', share: new SecretBytes(share) } as const
    await keeper.keeper.execute(anonymous, unseal, { credential }, REQUEST)
  }
  assert.equal(keeper.ports.seal.status().sealed, false)
  const back = await keeper.authenticator.bySecret(secret)
  await keeper.keeper.execute(back, getKey, { key: 'k' }, REQUEST)
  await assert.rejects(
    keeper.keeper.execute(anonymous, getKey, { key: 'k' }, REQUEST),
    refuses('unauthenticated'),
  )
  await keeper.close()
  assert.ok(existsSync(join(folder, 'data', 'seal.json')))
})

test('an unsealing that could not tell the log leaves that to the next one', async () => {
  const folder = temporaryFolder()
  await (await openDevelopment(folder)).keeper.close()
  const keeper = await compose(developmentConfig(folder, 0), logger)
  const pending = keeper.store.pendingOutbox.bind(keeper.store)
  let asked = 0
  keeper.store.pendingOutbox = async () => {
    if (++asked === 1) throw new Error('no room')
    return pending()
  }
  await assert.rejects(keeper.ports.seal.unseal({ kind: 'file' }), /no room/)
  assert.equal(keeper.ports.seal.status().sealed, true)
  await keeper.ports.seal.unseal({ kind: 'file' })
  assert.equal(asked, 2)
  await keeper.close()
})

test('a start that fails once it listens leaves nothing that keeps the process alive', async () => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'log.vkey'))
  assert.equal(await runServer({ dev: true, folder, port: 0 }), 1)
  assert.ok(!process.getActiveResourcesInfo().includes('TCPServerWrap'))
})

test('a step of closing that fails keeps none of the others back', async () => {
  const folder = temporaryFolder()
  const { keeper } = await openDevelopment(folder)
  const developer = await sessionFor(keeper, folder, 'developer')
  // A folder where a file is to be renamed to.
  const inTheWay = join(folder, 'data', 'anchor.json')
  rmSync(inTheWay, { force: true })
  mkdirSync(inTheWay)
  await keeper.keeper.execute(developer, createKey, { name: 'kept', spec: 'aes-256' }, REQUEST)
  await assert.rejects(keeper.close(), { code: 'EISDIR' })
  assert.equal(keeper.ports.seal.status().sealed, true)
  rmSync(inTheWay, { recursive: true })
  const again = await openDevelopment(folder)
  const session = await sessionFor(again.keeper, folder, 'developer')
  const { output } = await again.keeper.keeper.execute(session, getKey, { key: 'kept' }, REQUEST)
  assert.equal(output.key.name, 'kept')
  await again.keeper.close()
})

test('a second keeper on the same folder is refused in one line', async () => {
  const folder = temporaryFolder()
  const { keeper } = await openDevelopment(folder)
  await assert.rejects(compose(developmentConfig(folder, 0), logger), (error: unknown) => {
    assert.ok(isKeeperError(error))
    assert.doesNotMatch(error.message, /\n/)
    return true
  })
  await keeper.close()
})

test('an older copy of the store, put back, is noticed at the start', async () => {
  const { cpSync } = await import('node:fs')
  const folder = temporaryFolder()
  const first = await openDevelopment(folder)
  await first.keeper.close()
  const copy = temporaryFolder()
  cpSync(join(folder, 'data', 'store'), copy, { recursive: true })
  const second = await openDevelopment(folder)
  const developer = await sessionFor(second.keeper, folder, 'developer')
  await second.keeper.keeper.execute(developer, createKey, { name: 'k', spec: 'aes-256' }, REQUEST)
  await second.keeper.close()
  rmSync(join(folder, 'data', 'store'), { recursive: true })
  cpSync(copy, join(folder, 'data', 'store'), { recursive: true })
  await assert.rejects(compose(developmentConfig(folder, 0), logger), refuses('integrity'))
})
