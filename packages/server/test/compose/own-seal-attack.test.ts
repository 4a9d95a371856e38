import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import * as core from '@claviger/core'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { derivePassphraseKey } from '../../src/seal/passphrase/passphrase-key.ts'
import { bindingsOf, openAll, type Opened, rootKeys, rowsOf, wrappedTexts } from './root-attack.ts'
import { type House, secretOf, TenantWorld } from './tenant-world.ts'

const PASSPHRASES = ['seven houses by the river', 'eight houses on the mountain'] as const
const world = new TenantWorld()

before(() => world.open())
after(() => world.close())

/** One of everything that a tenant has wrapped. */
async function furnish({ administrator, dev }: House, when: string): Promise<void> {
  for (const spec of ['aes-256', 'ec-p256'] as const) {
    await world.run(dev, core.createKey, { name: `${when}-${spec}`, spec })
  }
  const content = encodeUtf8(`the plans of ${when}`)
  await world.run(dev, core.createObject, { name: when, kind: 'opaque', content })
  await world.run(administrator, core.createToken, {
    principal: 'dev',
    lifetimeSeconds: 600,
    sharedSecret: 'lasting',
  })
}

/** How many records of each kind were opened. */
function counted(opened: readonly Opened[], { tenant }: House): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { binding } of opened.filter((one) => one.tenant === tenant)) {
    counts[binding.kind] = (counts[binding.kind] ?? 0) + 1
  }
  return counts
}

test("a tenant sealed on its own can't be opened with the keeper's root key and database: shown by trying, with every byte of both in hand", async () => {
  const [own, neighbour] = [await world.house('own'), await world.house('neighbour')]
  for (const one of [own, neighbour]) await furnish(one, 'before')
  await world.protect(own, PASSPHRASES[0])
  for (const one of [own, neighbour]) await furnish(one, 'between')
  await world.protect(own, PASSPHRASES[1], PASSPHRASES[0])
  for (const one of [own, neighbour]) await furnish(one, 'after')

  // The whole folder of a running keeper, write-ahead log and free pages included.
  const copy = `${world.folder}-copy`
  cpSync(join(world.folder, 'data'), copy, { recursive: true })
  const [root, ...none] = rootKeys(copy)
  assert.ok(root !== undefined && none.length === 0)
  const rows = rowsOf(copy)
  const bindings = bindingsOf(rows)
  const texts = new Set([...wrappedTexts(copy), ...rows.flatMap(({ value }) => textsIn(value))])
  const opened = openAll(texts, bindings, [root])

  // Of the neighbour everything: so the attempt can succeed.
  assert.deepEqual(counted(opened, neighbour), {
    'tenant-kek': 1,
    'integrity-key': 1,
    material: 6,
    content: 6,
  })
  // Of the sealed one what authenticates its rows, and the outer wrapping of three KEKs, with a record inside.
  assert.deepEqual(counted(opened, own), { 'tenant-kek': 3, 'integrity-key': 1 })
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
    assert.deepEqual(counted(both, own), expected)
    // And by the passphrase without the root, nothing.
    const alone = openAll(texts, bindings, [Uint8Array.from(key.bytes)])
    assert.deepEqual(counted(alone, own), {})
  }
})

/** Every text in a value: a wrapped record is one of them, wherever it may be. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return /^0Q[A-Za-z0-9_-]{58,}$/.test(value) ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
