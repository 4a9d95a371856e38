import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { claviger, temporaryFolder } from './test-environment.ts'

const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../docs/spec/vectors/audit-log.json'), 'utf8'),
) as { verifierKey: string; receipt: string; checkpoint: string }

const OFFLINE = { env: {} }

describe('a receipt', () => {
  test('verifies with no keeper at hand', async (t) => {
    const cwd = temporaryFolder(t)
    writeFileSync(join(cwd, 'keys'), `# the log\n${VECTORS.verifierKey}\n`)
    writeFileSync(join(cwd, 'r'), VECTORS.receipt)
    const args = ['audit', 'verify', '--receipt', 'r', '--key', 'keys', '--json']
    const ran = await claviger(args, { ...OFFLINE, cwd })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.equal(ran.seen.length, 0)
    const { verified, index, size, event } = JSON.parse(ran.stdout)
    assert.deepEqual([verified, index, size, event], [true, 1, 3, { id: '02', note: 'clé' }])
  })

  test('of another entry, place, log or signature is refused with 8', async (t) => {
    const cwd = temporaryFolder(t)
    writeFileSync(join(cwd, 'keys'), VECTORS.verifierKey)
    for (const [from, to] of [
      ['index 1', 'index 0'],
      ['extra eyJp', 'extra eyJq'],
      ['\n3\n', '\n4\n'],
      ['keeper.example/audit\n3', 'keeper.example/other\n3'],
      ['Ye8K1yIg', 'Ye8K1yIh'],
    ] as const) {
      assert.ok(VECTORS.receipt.includes(from))
      writeFileSync(join(cwd, 'r'), VECTORS.receipt.replace(from, to))
      const ran = await claviger(['audit', 'verify', '--receipt', 'r', '--key', 'keys'], {
        ...OFFLINE,
        cwd,
      })
      assert.equal(ran.exitCode, 8, from)
    }
  })
})

test('a folder without a log is not verified', async (t) => {
  const cwd = temporaryFolder(t)
  writeFileSync(join(cwd, 'keys'), VECTORS.verifierKey)
  const line = ['audit', 'verify', '--key', 'keys']
  assert.equal((await claviger([...line, '--log', '.'], { ...OFFLINE, cwd })).exitCode, 5)
  writeFileSync(join(cwd, 'checkpoint'), VECTORS.checkpoint)
  const ran = await claviger([...line, '--log', '.'], { ...OFFLINE, cwd })
  assert.equal(ran.exitCode, 8)
  assert.equal((await claviger(line, { ...OFFLINE, cwd })).exitCode, 2)
})

test('receipts and checkpoints say what they are', async () => {
  for (const [stdin, what] of [
    [VECTORS.receipt, 'a receipt, not verified here'],
    [VECTORS.checkpoint, 'a signed checkpoint, not verified here'],
  ] as const) {
    const ran = await claviger(['inspect', '--json'], { ...OFFLINE, stdin })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.equal(JSON.parse(ran.stdout).what, what)
  }
})
