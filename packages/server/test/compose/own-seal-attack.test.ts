import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { derivePassphraseKey } from '../../src/seal/passphrase/passphrase-key.ts'
import { counted, everyText, openAll, bindingsOf, rootKeys, rowsOf } from './root-attack.ts'
import { furnish, secretOf, TenantWorld } from './tenant-world.ts'

const PASSPHRASES = ['seven houses by the river', 'eight houses on the mountain'] as const
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

test("a tenant sealed on its own can't be opened with the keeper's root key and database: shown by trying, with every byte of both in hand", async (t) => {
  const [own, neighbour] = [await world.house('own'), await world.house('neighbour')]
  for (const one of [own, neighbour]) await furnish(world, one, 'before')
  await world.protect(own, PASSPHRASES[0])
  for (const one of [own, neighbour]) await furnish(world, one, 'between')
  await world.protect(own, PASSPHRASES[1], PASSPHRASES[0])
  for (const one of [own, neighbour]) await furnish(world, one, 'after')

  // The whole folder of a running keeper, write-ahead log and free pages included.
  const copy = `${world.folder}-copy`
  cpSync(join(world.folder, 'data'), copy, { recursive: true })
  t.after(() => rmSync(copy, { recursive: true, force: true }))
  const [root, ...none] = rootKeys(copy)
  assert.ok(root !== undefined && none.length === 0)
  const rows = rowsOf(copy)
  const bindings = bindingsOf(rows)
  const texts = everyText(copy)
  const opened = openAll(texts, bindings, [root])

  // Of the neighbour everything: so the attempt can succeed.
  assert.deepEqual(counted(opened, neighbour.tenant), {
    'tenant-kek': 1,
    'integrity-key': 1,
    material: 6,
    content: 6,
  })
  // Of the sealed one what authenticates its rows, and the outer wrapping of three KEKs, with a record inside.
  assert.deepEqual(counted(opened, own.tenant), { 'tenant-kek': 3, 'integrity-key': 1 })
  for (const { tenant, binding, plaintext } of opened) {
    if (tenant !== own.tenant || binding.kind !== 'tenant-kek') continue
    assert.notEqual(plaintext.length, 32, 'a kek lay under the root alone')
  }

  // With the passphrase as well, everything: so it was the passphrase that was missing, and the present one.
  const tenant = rows.find(({ id }) => id === own.tenant)?.value as core.Tenant
  assert.ok(tenant.ownSeal !== undefined)
  const memory = new LockedMemory({ warn: () => undefined })
  for (const [passphrase, isPresent] of [
    [PASSPHRASES[0], false],
    [PASSPHRASES[1], true],
  ] as const) {
    const key = await derivePassphraseKey(tenant.ownSeal, secretOf(passphrase), memory)
    const both = openAll(texts, bindings, [root, Uint8Array.from(key.bytes)])
    const expected = isPresent
      ? { 'tenant-kek': 3, 'integrity-key': 1, 'own-kek': 3, material: 6, content: 6 }
      : { 'tenant-kek': 3, 'integrity-key': 1 }
    assert.deepEqual(counted(both, own.tenant), expected)
    // And by the passphrase without the root, nothing.
    const alone = openAll(texts, bindings, [Uint8Array.from(key.bytes)])
    assert.deepEqual(counted(alone, own.tenant), {})
  }
})
