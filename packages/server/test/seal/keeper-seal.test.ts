import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import { SYSTEM_TENANT, type TenantId } from '@claviger/core'
import { parseSealFile } from '../../src/seal/seal-record.ts'
import {
  Disk,
  MESSAGE,
  passphrase,
  Run,
  refuses,
  shamir,
  share,
  texts,
  unsealAll,
} from './seal-bench.ts'

const WORDS = 'correct horse battery staple'

test('shares of another keeper, given twice or given out earlier are named', async (t) => {
  const disk = new Disk()
  const other = new Disk()
  t.after(() => [disk, other].forEach((one) => one.remove()))
  const run = new Run(disk)
  const all = texts(await run.seal.initialize(shamir(5, 3)))
  const foreign = texts(await new Run(other).seal.initialize(shamir(5, 3)))
  run.seal.seal()
  await run.seal.unseal(share(all[0] as string))
  await assert.rejects(
    run.seal.unseal(share(all[0] as string)),
    refuses('invalid-input', 'duplicate'),
  )
  await assert.rejects(
    run.seal.unseal(share(foreign[1] as string)),
    refuses('invalid-input', 'foreign'),
  )
  assert.deepEqual(run.seal.status().progress, [1])
  await unsealAll(run, all.slice(3))
  assert.equal(run.seal.status().sealed, false)
  const check = run.seal.checkShare(new SecretBytes(encodeUtf8(all[4] as string)))
  assert.equal(check.valid, true)
  assert.equal(check.index, 5)
  assert.equal(check.set, run.seal.status().set)
})

test('new shares take force when a threshold of them was shown, and the old ones are then stale', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  const old = texts(await run.seal.initialize(shamir(3, 2)))
  const mac = run.addTenant('acme')
  await assert.rejects(
    run.seal.rekey(shamir(4, 3), [share(old[0] as string)]),
    refuses('precondition-failed', 'too-few'),
  )
  const fresh = texts(await run.seal.rekey(shamir(4, 3), old.slice(0, 2).map(share)))
  assert.equal(run.seal.status().pending?.threshold, 3)
  assert.equal(run.seal.status().threshold, 2)

  const restarted = new Run(disk)
  await assert.rejects(
    restarted.seal.unseal(share(fresh[0] as string)),
    refuses('invalid-input', 'not-yet-confirmed'),
  )
  await unsealAll(restarted, old.slice(1))
  await assert.rejects(
    restarted.seal.confirmRekey(fresh.slice(0, 2).map(share)),
    refuses('precondition-failed', 'too-few'),
  )
  await assert.rejects(
    restarted.seal.confirmRekey(old.map(share)),
    refuses('invalid-input', 'stale'),
  )
  const status = await restarted.seal.confirmRekey(fresh.slice(1).map(share))
  assert.deepEqual([status.generation, status.threshold, status.pending], [2, 3, undefined])

  const last = new Run(disk)
  await assert.rejects(last.seal.unseal(share(old[0] as string)), refuses('invalid-input', 'stale'))
  await unsealAll(last, fresh.slice(0, 3))
  assert.deepEqual(last.keyring.mac('acme' as TenantId, MESSAGE), mac)
})

test('a cancelled rekey leaves the seal as it was and its shares stale', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  const old = texts(await run.seal.initialize(shamir(2, 2)))
  const never = texts(await run.seal.rekey(shamir(2, 2), old.map(share)))
  await run.seal.cancelRekey()
  assert.equal(
    run.seal.checkShare(new SecretBytes(encodeUtf8(never[0] as string))).problem,
    'stale',
  )
  assert.equal(run.seal.checkShare(new SecretBytes(encodeUtf8(old[0] as string))).valid, true)
})

test('a wrong passphrase says no more than that, and guessing is slowed', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  await assert.rejects(run.seal.initialize(passphrase('short')), refuses('invalid-input'))
  await run.seal.initialize(passphrase(WORDS))
  const mac = run.keyring.mac(SYSTEM_TENANT, MESSAGE)
  run.seal.seal()
  for (let attempt = 0; attempt < 5; attempt++) {
    await assert.rejects(run.seal.unseal(passphrase('wrong')), refuses('authentication-failed'))
  }
  await assert.rejects(run.seal.unseal(passphrase(WORDS)), refuses('rate-limited'))
  run.now += 2000
  await run.seal.unseal(passphrase(WORDS))
  assert.deepEqual(run.keyring.mac(SYSTEM_TENANT, MESSAGE), mac)
})

test('whoever guesses a passphrase wrong waits alone, and by the whole network that is his', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  await run.seal.initialize(passphrase(WORDS))
  run.seal.seal()
  for (let host = 1; host <= 5; host++) {
    const guess = run.seal.unseal(passphrase('wrong'), `2001:db8:0:7::${host}`)
    await assert.rejects(guess, refuses('authentication-failed'))
  }
  const next = run.seal.unseal(passphrase(WORDS), '2001:db8:0:7::6')
  await assert.rejects(next, refuses('rate-limited'))
  const { sealed } = await run.seal.unseal(passphrase(WORDS), '2001:db8:0:8::1')
  assert.equal(sealed, false)
})

test('a seal moves between kinds, and the key file of the old one is removed', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  await run.seal.initialize({ kind: 'file' })
  const mac = run.addTenant('acme')
  const keyFile = disk.path.replace('.json', '-1.key')
  assert.equal(statSync(keyFile).mode & 0o777, 0o600)
  assert.equal(statSync(disk.path).mode & 0o777, 0o600)
  chmodSync(keyFile, 0o644)
  await assert.rejects(new Run(disk).seal.unseal({ kind: 'file' }), refuses('precondition-failed'))
  chmodSync(keyFile, 0o600)
  await run.seal.rekey(passphrase(WORDS), [{ kind: 'file' }])
  assert.equal(existsSync(keyFile), false)
  const next = new Run(disk)
  await assert.rejects(next.seal.unseal({ kind: 'file' }), refuses('invalid-input'))
  await next.seal.unseal(passphrase(WORDS))
  await next.seal.rekey({ kind: 'file' }, [passphrase(WORDS)])
  const last = new Run(disk)
  await last.seal.unseal({ kind: 'file' })
  assert.deepEqual(last.keyring.mac('acme' as TenantId, MESSAGE), mac)
})

test('sealing wipes the keys and an unsealing that had begun does not undo it', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  await run.seal.initialize(passphrase(WORDS))
  run.addTenant('acme')
  run.seal.seal()
  assert.throws(() => run.keyring.mac('acme' as TenantId, MESSAGE), refuses('sealed'))
  const unsealing = run.seal.unseal(passphrase(WORDS))
  await new Promise((resolve) => setImmediate(resolve))
  run.seal.seal()
  await assert.rejects(unsealing, refuses('conflict'))
  assert.equal(run.seal.status().sealed, true)
})

test('a second initialization is refused, and so is everything before the first', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  assert.equal(run.seal.status().initialized, false)
  await assert.rejects(run.seal.unseal({ kind: 'file' }), refuses('precondition-failed'))
  await assert.rejects(run.seal.rotateRoot([]), refuses('sealed'))
  await run.seal.initialize({ kind: 'file' })
  await assert.rejects(run.seal.initialize({ kind: 'file' }), refuses('conflict'))
})

test('a damaged seal file is refused at the start, and an edited one does not unseal', async (t) => {
  const disk = new Disk()
  t.after(() => disk.remove())
  const run = new Run(disk)
  await run.seal.initialize(passphrase(WORDS))
  const text = readFileSync(disk.path, 'utf8')
  const file = JSON.parse(text)
  for (const broken of [
    text.slice(0, -10),
    JSON.stringify({ ...file, extra: 1 }),
    JSON.stringify({ ...file, seal: { ...file.seal, memoryKiB: 8 } }),
    JSON.stringify({ ...file, seal: { ...file.seal, memoryKiB: 2 ** 40 } }),
    JSON.stringify({ ...file, seal: { ...file.seal, kind: 'none' } }),
    JSON.stringify({ ...file, seal: { ...file.seal, roots: [] } }),
  ]) {
    assert.throws(() => parseSealFile(broken), refuses('integrity'))
  }
  writeFileSync(disk.path, JSON.stringify({ ...file, set: '0011223344556677' }))
  await assert.rejects(
    new Run(disk).seal.unseal(passphrase(WORDS)),
    refuses('authentication-failed'),
  )
})
