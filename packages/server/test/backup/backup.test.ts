import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import * as core from '@claviger/core'
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { verifyLogFolder } from '../../src/audit/index.ts'
import { BackupCreator, type BackupSources } from '../../src/backup/create-backup.ts'
import { sha256 } from '../../src/log-keys.ts'
import { BackupError, restoreBackup, verifyBackup } from '../../src/restore.ts'
import {
  bringKeyFile,
  inPieces,
  opening,
  REQUEST,
  recipient,
  temporaryFolder,
  World,
} from './world.ts'

const TEXT = encodeUtf8('attack at dawn')
const refuses = (code: string) => (error: unknown) =>
  error instanceof BackupError && error.code === code
const denies = (code: string) => (error: unknown) =>
  core.isKeeperError(error) && error.code === code

const world = await World.open()
const key = await world.createKey('k')

test('a restored keeper has every key, its log verifies, and it goes on', async () => {
  const { keeper, folder, developer } = world
  const call = { key: 'k', items: [{ plaintext: TEXT }] }
  // More than one bundle of the log.
  for (let at = 0; at < 300; at++) {
    await keeper.keeper.executeData(developer, core.encrypt, call, REQUEST)
  }
  const sealed = await keeper.keeper.executeData(developer, core.encrypt, call, REQUEST)
  assert.ok(sealed.results[0]?.ok)
  const bytes = await world.backup()
  const to = temporaryFolder()
  const { manifest, manifestHash } = await restoreBackup(to, inPieces(bytes), opening, {
    known: world.known,
  })
  assert.ok(manifest.entries > 300)
  assert.ok(manifest.counts.record > 5)
  const verified = await verifyLogFolder(join(to, 'data', 'log'), {
    sha256,
    verifiers: world.known.verifiers,
    origin: world.known.origin,
  })
  assert.equal(verified.entries, manifest.entries)

  bringKeyFile(folder, to)
  const restored = await World.open(to, folder)
  try {
    const items = [{ key, ...sealed.results[0].value }]
    const opened = await restored.keeper.keeper.executeData(
      restored.developer,
      core.decrypt,
      { key: 'k', items },
      REQUEST,
    )
    assert.ok(opened.results[0]?.ok)
    assert.deepEqual(new Uint8Array(opened.results[0].value.plaintext), TEXT)
    await restored.createKey('after')
    await restored.keeper.log.checkpoint()
  } finally {
    await restored.close()
  }
  const grown = await verifyLogFolder(join(to, 'data', 'log'), {
    sha256,
    verifiers: world.known.verifiers,
    origin: world.known.origin,
  })
  assert.ok(grown.entries > manifest.entries)

  const [begin, end] = (await world.told()).slice(-2)
  assert.deepEqual(begin, {
    backup: manifest.backup,
    phase: 'begin',
    kind: 'recipients',
    recipients: [recipient],
  })
  assert.equal(end?.['manifest'], manifestHash)
  assert.equal(end?.['backup'], manifest.backup)
  assert.equal(end?.['entries'], manifest.entries)
  assert.deepEqual(readdirSync(join(folder, 'data')).includes('backup'), false)
})

test('it opens by each recipient, by a hybrid one, by a passphrase, and by nothing else', async () => {
  const hybrid = await generateHybridIdentity()
  const several = await world.backup({
    recipients: [recipient, await identityToRecipient(await generateX25519Identity())],
  })
  const other = { identities: [await generateX25519Identity()] }
  await verifyBackup(inPieces(several), opening, world.known)
  await assert.rejects(
    verifyBackup(inPieces(several), other, world.known),
    refuses('wrong-recipient'),
  )
  const quantum = await world.backup({ recipients: [await identityToRecipient(hybrid)] })
  await verifyBackup(inPieces(quantum), { identities: [hybrid] }, world.known)
  const passphrase = new SecretBytes(encodeUtf8('ten thousand doors'))
  const spoken = await world.backup({ passphrase })
  assert.ok(passphrase.isWiped)
  const right = { identities: [], passphrase: 'ten thousand doors' }
  await verifyBackup(inPieces(spoken), right, world.known)
  await assert.rejects(
    verifyBackup(inPieces(spoken), { identities: [], passphrase: 'no' }, world.known),
    refuses('wrong-recipient'),
  )
})

test('it is for the operator of the first tenant, and for one at a time', async () => {
  await assert.rejects(world.begin({ recipients: [recipient] }, world.developer), denies('denied'))
  await assert.rejects(world.begin({ recipients: ['age1nobody'] }), denies('invalid-input'))
  await assert.rejects(world.begin({ recipients: [] }), denies('invalid-input'))
  const { tenant, secret } = await world.run(core.createTenant, { name: 'acme' }, world.operator)
  assert.ok(tenant)
  const session = await world.keeper.authenticator.bySecret(secret, '127.0.0.1')
  await assert.rejects(world.begin({ recipients: [recipient] }, session), denies('denied'))

  const { pieces } = await world.begin()
  await pieces.next()
  await assert.rejects(world.begin(), denies('conflict'))
  await pieces.return()
  assert.deepEqual((await world.told()).at(-1)?.['phase'], 'broken-off')
  assert.equal(existsSync(join(world.folder, 'data', 'backup')), false)
  await world.backup()
})

test('a keeper that stops breaks it off, and leaves nothing behind', async () => {
  const other = await World.open()
  const { pieces } = await other.begin()
  await pieces.next()
  const rest = Array.fromAsync(pieces)
  const [closed, ended] = await Promise.allSettled([other.close(), rest])
  assert.equal(closed.status, 'fulfilled')
  assert.equal(ended.status, 'rejected')
  assert.equal(existsSync(join(other.folder, 'data', 'backup')), false)
})

/** What makes backups of the keeper's parts, in a folder of its own. */
function creatorOf(options: Partial<BackupSources>): { creator: BackupCreator; folder: string } {
  const { store, log, logKeys } = world.keeper
  const folder = join(temporaryFolder(), 'backup')
  const text = (name: string): string => readFileSync(join(world.folder, 'data', name), 'utf8')
  const creator = new BackupCreator({
    store,
    log,
    origin: world.known.origin,
    signers: logKeys.signers,
    folder,
    files: () => ({ seal: text('seal.json'), logKeys: text('log-keys.json') }),
    version: '0',
    ...options,
  })
  return { creator, folder }
}

const asked = {
  id: 'b',
  takenAt: 0,
  sealing: { recipients: [recipient] },
  finish: async () => undefined,
}

test('after a rekey an older backup opens by what opened the seal then, and by nothing else', async () => {
  const other = await World.open()
  const bytes = await other.backup()
  const keyFile = (folder: string, generation: number): string =>
    join(folder, 'data', `seal-${generation}.key`)
  const old = readFileSync(keyFile(other.folder, 1))
  const authorization = [{ kind: 'file' }] as const
  await other.run(core.rekey, { method: { kind: 'file' }, authorization }, other.operator)
  const to = temporaryFolder()
  await restoreBackup(to, inPieces(bytes), opening, { known: other.known })
  writeFileSync(keyFile(to, 1), readFileSync(keyFile(other.folder, 2)), { mode: 0o600 })
  await assert.rejects(World.open(to, other.folder), core.isKeeperError)
  writeFileSync(keyFile(to, 1), old)
  await (await World.open(to, other.folder)).close()
})

test('where a copy would fill the disk none is made', async () => {
  const { creator, folder } = creatorOf({ freeBytes: () => 64 * 1024 * 1024 })
  await assert.rejects(Array.fromAsync(creator.create(asked)), denies('store-unavailable'))
  assert.equal(existsSync(folder), false)
})

test('whoever stops reading is not waited for', async () => {
  const { creator, folder } = creatorOf({ stalledMs: 1 })
  const pieces = creator.create(asked)
  await pieces.next()
  while (existsSync(folder)) await delay(10)
  await creator.check(asked.sealing)
  await assert.rejects(pieces.next())
})

test('of another keeper it is refused, unless somebody takes responsibility', async () => {
  const other = await World.open()
  const bytes = await other.backup()
  await other.close()
  await assert.rejects(
    verifyBackup(inPieces(bytes), opening, world.known),
    refuses('another-keeper'),
  )
  const to = temporaryFolder()
  await assert.rejects(
    restoreBackup(to, inPieces(bytes), opening, { known: world.known }),
    refuses('another-keeper'),
  )
  assert.deepEqual(readdirSync(to), [])
  await restoreBackup(to, inPieces(bytes), opening, { known: undefined })
  assert.ok(existsSync(join(to, 'data', 'seal.json')))
})

test('into a folder that is not empty nothing is restored, and less where a keeper runs', async () => {
  const bytes = await world.backup()
  const options = { known: world.known }
  await assert.rejects(
    restoreBackup(world.folder, inPieces(bytes), opening, options),
    refuses('keeper-runs'),
  )
  const to = temporaryFolder()
  await restoreBackup(to, inPieces(bytes), opening, options)
  await assert.rejects(restoreBackup(to, inPieces(bytes), opening, options), refuses('not-empty'))
})

test('writes that were acknowledged before it began are in it, whatever is written meanwhile', async () => {
  await world.createKey('before')
  const { pieces } = await world.begin()
  let isOver = false
  const writing = (async () => {
    for (let at = 0; !isOver; at++) await world.createKey(`meanwhile-${at}`)
  })()
  const bytes = Buffer.concat(await Array.fromAsync(pieces))
  isOver = true
  await writing
  const to = temporaryFolder()
  await restoreBackup(to, inPieces(bytes), opening, { known: world.known })
  bringKeyFile(world.folder, to)
  const restored = await World.open(to, world.folder)
  try {
    await restored.run(core.getKey, { key: 'before' })
    // Every key that the log tells of is there, and the other way round.
    const { entries } = await restored.keeper.ports.reader.list({
      tenants: [core.DEFAULT_TENANT],
      action: 'key.create',
      limit: 1_000,
    })
    const told = entries.map(({ entry }) => JSON.parse(entry) as Told).map(nameOf)
    const { keys } = await restored.run(core.listKeys, { filters: {}, limit: 1_000 })
    assert.deepEqual(keys.map(({ key: { name } }) => name).sort(), told.sort())
  } finally {
    await restored.close()
  }
})

interface Told {
  readonly target: { readonly name: string }
}
const nameOf = ({ target }: Told): string => target.name

test('a token that ends meanwhile ends the backup', async () => {
  await world.run(
    core.createPrincipal,
    { name: 'passing', kind: 'person', roles: ['operator'] },
    world.operator,
  )
  const made = await world.run(
    core.createToken,
    { principal: 'passing', lifetimeSeconds: 600 },
    world.operator,
  )
  const session = await world.keeper.authenticator.bySecret(made.secret, '127.0.0.1')
  const { pieces } = await world.begin({ recipients: [recipient] }, session)
  await pieces.next()
  await world.run(core.revokeToken, { token: made.token.id }, world.operator)
  await assert.rejects(Array.fromAsync(pieces), denies('unauthenticated'))
  await world.backup()
})
