import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { logVerifier, restoreBackup } from '../../src/restore.ts'
import { refuses, REQUEST, TenantWorld } from '../compose/tenant-world.ts'
import { bringKeyFile, inPieces, opening, recipient, temporaryFolder } from './world.ts'

const PASSPHRASE = 'seven houses by the river'
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

async function takeBackup(): Promise<Uint8Array> {
  const { keeper } = world.keeper
  const session = await world.session(world.operator)
  const sealing = { recipients: [recipient] }
  const { output } = await core.createBackup(keeper, session, { sealing }, REQUEST)
  return Buffer.concat(await Array.fromAsync(output.pieces))
}

async function restoredFrom(backup: Uint8Array, tombstones: string): Promise<TenantWorld> {
  const folder = temporaryFolder()
  const known = {
    origin: 'claviger.local/log',
    verifiers: world.keeper.logKeys.vkeys.map(logVerifier),
  }
  await restoreBackup(folder, inPieces(backup), opening, { known, tombstones: [tombstones] })
  bringKeyFile(world.folder, folder)
  for (const name of ['administrator.token', 'developer.token', 'auditor.token']) {
    copyFileSync(join(world.folder, name), join(folder, name))
  }
  const restored = new TenantWorld(folder)
  await restored.open()
  return restored
}

test('a tenant with a seal of its own is not served before what had ended there has ended again', async (t) => {
  const own = await world.house('own')
  const other = await world.house('other')
  for (const { dev } of [own, other]) {
    await world.run(dev, core.createKey, { name: 'k', spec: 'aes-256' })
  }
  await world.protect(own, PASSPHRASE)
  const backup = await takeBackup()
  await world.run(own.dev, core.destroyKey, { key: 'k', windowDays: 0 })
  const { text } = await world.run(world.operator, core.exportTombstones, {})

  const restored = await restoredFrom(backup, text)
  t.after(() => restored.close())
  const { assertTakenUp } = restored.keeper.ports
  assert.throws(() => assertTakenUp?.(own.tenant), refuses('store-unavailable'))
  await restored.encrypt(other.dev, 'k')
  await assert.rejects(restored.encrypt(own.dev, 'k'), refuses('tenant-sealed'))
  await restored.unseal(own, PASSPHRASE)
  assert.equal(await firstOtherRefusal(restored, own.dev), 'wrong-state')
  const { state } = await restored.run(own.dev, core.getKey, { key: 'k' })
  assert.equal(state, 'destroyed')
})

test('a tenant that was shredded since is shredded again', async (t) => {
  const house = await world.house('torn')
  await world.run(house.dev, core.createKey, { name: 'k', spec: 'aes-256' })
  const backup = await takeBackup()
  await world.run(world.operator, core.suspendTenant, { tenant: 'torn' })
  await world.run(world.operator, core.shredTenant, { tenant: 'torn', confirm: 'torn' })
  const { text } = await world.run(world.operator, core.exportTombstones, {})
  const restored = await restoredFrom(backup, text)
  t.after(() => restored.close())
  const told = await restored.run(restored.operator, core.getTenant, { tenant: 'torn' })
  assert.equal(told.state, 'shredded')
  await assert.rejects(restored.encrypt(house.dev, 'k'), refuses('unauthenticated'))
})

/** What encryption is refused for once the keeper has done what it had to do. */
async function firstOtherRefusal(keeper: TenantWorld, token: string): Promise<string> {
  for (;;) {
    try {
      await keeper.encrypt(token, 'k')
      return 'nothing'
    } catch (error) {
      assert.ok(core.isKeeperError(error))
      if (error.code !== 'store-unavailable') return error.code
    }
    await delay(50)
  }
}
