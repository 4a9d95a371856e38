import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { encodeUtf8 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { BackupError, restoreBackup, type RestoreOptions } from '../../src/restore.ts'
import { bringKeyFile, inPieces, opening, temporaryFolder, World } from './world.ts'

const refuses = (code: string) => (error: unknown) =>
  error instanceof BackupError && error.code === code
const denies = (code: string) => (error: unknown) =>
  core.isKeeperError(error) && error.code === code

const world = await World.open()
await world.createKey('destroyed-before')
await world.createKey('destroyed-after')
await world.createKey('kept')
const signer = await world.run(core.createKey, { name: 'signer', spec: 'ed25519' })
await world.run(core.createObject, {
  name: 'note',
  kind: 'secret-data',
  content: encodeUtf8('a secret'),
})
const { token, secret } = await world.run(
  core.createToken,
  { principal: 'developer', lifetimeSeconds: 600 },
  world.operator,
)
await world.run(
  core.createPrincipal,
  { name: 'leaver', kind: 'person', roles: ['user'] },
  world.operator,
)
const gone = await world.run(core.destroyKey, { key: 'destroyed-before', windowDays: 0 })
const backup = await world.backup()

// What happens after the backup was made.
await world.run(core.destroyKey, { key: 'destroyed-after', windowDays: 0 })
await world.run(core.deactivateKey, { key: 'signer' })
await world.run(core.destroyObject, { object: 'note' })
await world.run(core.revokeToken, { token: token.id }, world.operator)
await world.run(core.updatePrincipal, { principal: 'leaver', disabled: true }, world.operator)
const { text: tombstones } = await world.run(core.exportTombstones, {}, world.operator)

async function restored(options: Omit<RestoreOptions, 'known'>): Promise<World> {
  const folder = temporaryFolder()
  await restoreBackup(folder, inPieces(backup), opening, { known: world.known, ...options })
  bringKeyFile(world.folder, folder)
  return World.open(folder, world.folder)
}

async function stateOf(keeper: World, key: string): Promise<core.KeyState> {
  return (await keeper.run(core.getKey, { key })).state
}

/** What the store of a keeper holds of keys that are destroyed, sealed or not. */
function materialsOf(folder: string, key: string): readonly unknown[] {
  const database = new DatabaseSync(join(folder, 'data', 'store', 'store.db'))
  const rows = database.prepare("SELECT value FROM record WHERE kind = 'key-version'").all()
  database.close()
  return rows
    .map(({ value }) => JSON.parse(String(value)) as core.KeyVersion)
    .filter((version) => version.key === key)
    .map(({ material }) => material)
}

test('material that was destroyed before is not in the backup, not even in pages that were freed', async () => {
  const folder = temporaryFolder()
  await restoreBackup(folder, inPieces(backup), opening, { known: world.known })
  assert.deepEqual(materialsOf(folder, gone.key.id), [undefined])
  assert.notDeepEqual(materialsOf(folder, signer.key.id), [undefined])
})

test('what has ended since ends again, before anybody is served, and the log tells of it', async () => {
  const keeper = await restored({ tombstones: [tombstones] })
  try {
    assert.equal(await stateOf(keeper, 'destroyed-after'), 'destroyed')
    assert.equal(await stateOf(keeper, 'kept'), 'active')
    const { version } = await keeper.run(core.getKey, { key: 'signer' })
    assert.deepEqual([version.state, version.publicState], ['destroyed', 'deactivated'])
    assert.equal((await keeper.run(core.getObject, { object: 'note' })).object.state, 'destroyed')
    await assert.rejects(
      async () => keeper.keeper.authenticator.bySecret(secret, '127.0.0.1'),
      denies('unauthenticated'),
    )
    const { principal } = await keeper.run(
      core.getPrincipal,
      { principal: 'leaver' },
      keeper.operator,
    )
    assert.equal(principal.disabled, true)
    const { entries } = await keeper.keeper.ports.reader.list({
      tenants: [core.SYSTEM_TENANT],
      action: 'backup.restore',
      limit: 10,
    })
    const [told] = entries.map(({ entry }) => JSON.parse(entry) as { details: object })
    assert.deepEqual(Object.keys(told?.details ?? {}).sort(), [
      'acceptedForeign',
      'acceptedOlder',
      'backup',
      'manifest',
      'tombstones',
    ])
    assert.equal(existsSync(join(keeper.folder, 'data', 'restored.json')), false)
  } finally {
    await keeper.close()
  }
})

test('without tombstones they are as they were: that is what tombstones are for', async () => {
  const keeper = await restored({})
  assert.equal(await stateOf(keeper, 'destroyed-after'), 'active')
  await keeper.close()
})

test('a crash before they were taken up forgets none of them', async () => {
  const folder = temporaryFolder()
  const options = { known: world.known, tombstones: [tombstones] }
  await restoreBackup(folder, inPieces(backup), opening, options)
  const file = join(folder, 'data', 'restored.json')
  const waiting = readFileSync(file)
  bringKeyFile(world.folder, folder)
  await (await World.open(folder, world.folder)).close()
  assert.equal(existsSync(file), false)
  // As after a crash between the last of them and the end.
  writeFileSync(file, waiting)
  const keeper = await World.open(folder, world.folder)
  assert.equal(await stateOf(keeper, 'destroyed-after'), 'destroyed')
  await keeper.close()
  writeFileSync(file, '{')
  await assert.rejects(World.open(folder, world.folder), denies('integrity'))
})

test('tombstones that were changed, or are of another keeper, are refused', async () => {
  const other = await World.open()
  const { text } = await other.run(core.exportTombstones, {}, other.operator)
  await assert.rejects(restored({ tombstones: [text] }), refuses('another-keeper'))
  const lines = tombstones.split('\n')
  await assert.rejects(restored({ tombstones: [lines.slice(1).join('\n')] }), refuses('damaged'))
  await assert.rejects(restored({ tombstones: ['{}'] }), refuses('damaged'))
  await assert.rejects(other.run(core.exportTombstones, {}, other.developer), denies('denied'))
})

test('a keeper that takes the place of another ends what had ended there', async () => {
  await assert.rejects(restored({ replaces: world.folder }), refuses('keeper-runs'))
  await world.close()
  await assert.rejects(restored({ replaces: world.folder }), refuses('older'))
  const keeper = await restored({ replaces: world.folder, acceptOlder: true })
  assert.equal(await stateOf(keeper, 'destroyed-after'), 'destroyed')
  assert.equal(await stateOf(keeper, 'kept'), 'active')
  await keeper.close()
  const other = await World.open()
  await other.close()
  await assert.rejects(
    restored({ replaces: other.folder, acceptOlder: true }),
    refuses('another-keeper'),
  )
})
