import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import { restoreBackup, verifyBackup } from '../../../packages/server/src/restore.ts'
import { inPieces, temporaryFolder, World } from '../../../packages/server/test/backup/world.ts'

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

function run(tool: string, args: readonly string[], input?: Uint8Array): Buffer {
  const ran = spawnSync(tool, args, { input, maxBuffer: OUTPUT_BYTES_MAX })
  assert.equal(ran.status, 0, `${tool} ${args.join(' ')}: ${String(ran.stderr)}`)
  return ran.stdout
}

/** An identity that Debian's `age-keygen` made, in its file. */
function keygen(t: TestContext): { file: string; identity: string; recipient: string } | undefined {
  if (spawnSync('age', ['--version']).error !== undefined) {
    t.skip('needs age: apt-get install age')
    return undefined
  }
  const file = join(temporaryFolder(), 'me.age')
  run('age-keygen', ['-o', file])
  const recipient = run('age-keygen', ['-y', file]).toString().trim()
  const identity = /^AGE-SECRET-KEY-1\w+$/m.exec(readFileSync(file, 'utf8'))?.[0] ?? ''
  return { file, identity, recipient }
}

test('age opens what the keeper sealed, and the keeper takes back what age sealed', async (t) => {
  const me = keygen(t)
  if (me === undefined) return
  const world = await World.open()
  await world.createKey('k')
  const backup = await world.backup({ recipients: [me.recipient] })
  const inside = run('age', ['-d', '-i', me.file], backup)
  assert.match(inside.subarray(0, 18).toString(), /^claviger-backup\/1\n$/)

  const resealed = run('age', ['-r', me.recipient], inside)
  const opening = { identities: [me.identity] }
  const { manifest } = await verifyBackup(inPieces(resealed), opening, world.known)
  assert.equal(manifest.kind, 'full')
  const folder = temporaryFolder()
  await restoreBackup(folder, inPieces(resealed), opening, { known: world.known })
  const { set } = JSON.parse(readFileSync(join(folder, 'data', 'seal.json'), 'utf8')) as {
    set: string
  }
  assert.equal(set, manifest.keeper)
})

test('age opens by the passphrase too', async (t) => {
  if (keygen(t) === undefined) return
  if (spawnSync('python3', ['--version']).error !== undefined) {
    return t.skip('needs python3: apt-get install python3')
  }
  const world = await World.open()
  const passphrase = new SecretBytes(encodeUtf8('ten thousand doors'))
  const folder = temporaryFolder()
  const [sealed, opened] = [join(folder, 'sealed'), join(folder, 'opened')]
  writeFileSync(sealed, await world.backup({ passphrase }))
  const script = join(import.meta.dirname, 'passphrase.py')
  run('python3', [script, sealed, opened, 'ten thousand doors'])
  assert.match(readFileSync(opened, 'latin1'), /^claviger-backup\/1\n/)
})

function statusOfAge(identityFile: string, input: Uint8Array): number | null {
  const args = ['-d', '-i', identityFile]
  return spawnSync('age', args, { input, maxBuffer: OUTPUT_BYTES_MAX }).status
}

test('what age refuses, the keeper refuses too', async (t) => {
  const me = keygen(t)
  if (me === undefined) return
  const world = await World.open()
  const backup = Buffer.from(await world.backup({ recipients: [me.recipient] }))
  const flipped = Buffer.from(backup)
  flipped[flipped.length - 20] = (flipped.at(-20) ?? 0) ^ 1
  for (const bad of [backup.subarray(0, -1), backup.subarray(0, backup.length >> 1), flipped]) {
    assert.equal(statusOfAge(me.file, bad), 1)
    const opening = { identities: [me.identity] }
    await assert.rejects(verifyBackup(inPieces(bad), opening, world.known), { name: 'BackupError' })
  }
})
