import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SealCredential, TenantId } from '@claviger/core'
import { Disk, MESSAGE, passphrase, Run, shamir, share, texts, unsealAll } from './seal-bench.ts'

class Crash extends Error {}

/** Runs `act` again and again, crashing it at its first step, its second, … until it comes through. */
async function crashEverywhere(
  act: (crash: (step: string) => void) => Promise<void>,
  check: (crashed: string | undefined) => Promise<void>,
): Promise<string[]> {
  const steps: string[] = []
  for (let fatal = 0; ; fatal++) {
    let count = 0
    let crashed: string | undefined
    try {
      await act((step) => {
        if (count++ !== fatal) return
        crashed = step
        throw new Crash(step)
      })
    } catch (error) {
      if (!(error instanceof Crash)) throw error
    }
    await check(crashed)
    if (crashed === undefined) return steps
    steps.push(crashed)
  }
}

test('a rotation of the root that crashes at any step is finished by the next unsealing', async () => {
  let disk = new Disk()
  let credentials: SealCredential[] = []
  const macs = new Map<string, Uint8Array>()
  const steps = await crashEverywhere(
    async (crash) => {
      disk.remove()
      disk = new Disk()
      const setup = new Run(disk)
      credentials = texts(await setup.seal.initialize(shamir(3, 2)))
        .slice(0, 2)
        .map(share)
      for (const name of ['one', 'two', 'three']) macs.set(name, setup.addTenant(name))
      const run = new Run(disk, crash)
      for (const credential of credentials) await run.seal.unseal(credential)
      await run.seal.rotateRoot(credentials)
    },
    async () => {
      const run = new Run(disk)
      for (const credential of credentials) await run.seal.unseal(credential)
      assert.equal(run.seal.status().sealed, false)
      assert.equal(run.seal.status().rotating, false)
      assert.deepEqual(run.warnings, [])
      for (const [name, mac] of macs) {
        assert.deepEqual(run.keyring.mac(name as TenantId, MESSAGE), mac)
        // Nothing is left under a root that is gone.
        const tenant = disk.tenants.get(name as TenantId)
        assert.ok(tenant !== undefined && run.keyring.rewrapTenant(tenant) === undefined)
      }
    },
  )
  assert.deepEqual(steps, [
    'rotate:temporary-written',
    'rotate:temporary-synced',
    'rotate:renamed',
    'rotate:folder-synced',
    'tenant:one',
    'tenant:two',
    'tenant:three',
    'rotate:tenants-rewrapped',
    'finish:temporary-written',
    'finish:temporary-synced',
    'finish:renamed',
    'finish:folder-synced',
  ])
  disk.remove()
})

test('a rekey that crashes at any step leaves the old seal or the new one in force', async () => {
  const before = passphrase('the seal before the crash')
  const after = passphrase('the seal after the crash')
  let disk = new Disk()
  let mac: Uint8Array | undefined
  const opened = new Set<string>()
  await crashEverywhere(
    async (crash) => {
      disk.remove()
      disk = new Disk()
      const setup = new Run(disk)
      await setup.seal.initialize(before)
      mac = setup.addTenant('one')
      const run = new Run(disk, crash)
      await run.seal.unseal(before)
      await run.seal.rekey(after, [before])
    },
    async (crashed) => {
      const run = new Run(disk)
      const inForce = run.seal.status().generation === 1 ? before : after
      opened.add(`${crashed}: ${inForce === before ? 'old' : 'new'}`)
      await run.seal.unseal(inForce)
      assert.deepEqual(run.keyring.mac('one' as TenantId, MESSAGE), mac)
    },
  )
  assert.deepEqual(
    [...opened],
    [
      'commit:temporary-written: old',
      'commit:temporary-synced: old',
      'commit:renamed: new',
      'commit:folder-synced: new',
      'undefined: new',
    ],
  )
  disk.remove()
})

test('a confirmation that crashes at any step leaves one of the two sets of shares in force', async () => {
  let disk = new Disk()
  let old: string[] = []
  let fresh: string[] = []
  await crashEverywhere(
    async (crash) => {
      disk.remove()
      disk = new Disk()
      const setup = new Run(disk)
      old = texts(await setup.seal.initialize(shamir(3, 2)))
      const run = new Run(disk, crash)
      await unsealAll(run, old.slice(0, 2))
      fresh = texts(await run.seal.rekey(shamir(2, 2), old.slice(0, 2).map(share)))
      await run.seal.confirmRekey(fresh.map(share))
    },
    async () => {
      const run = new Run(disk)
      await unsealAll(run, run.seal.status().generation === 1 ? old.slice(0, 2) : fresh)
      assert.equal(run.seal.status().sealed, false)
    },
  )
  disk.remove()
})
