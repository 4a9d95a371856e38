import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { promisify } from 'node:util'

/*
 * The README's first tour, run as a newcomer would type it: the real command against the real keeper. Any
 * command that fails ends the shell, and with it the test.
 */

const ROOT = resolve(import.meta.dirname, '../..')
const CLAVIGER = join(ROOT, 'packages/cli/bin/claviger.mjs')
const run = promisify(execFile)

const folder = mkdtempSync(join(tmpdir(), 'claviger-readme-'))
let keeper: ChildProcess | undefined
after(async () => {
  if (keeper !== undefined) {
    const gone = once(keeper, 'exit')
    keeper.kill()
    await gone
  }
  rmSync(folder, { recursive: true, force: true })
})

function tour(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, script] = /<!-- tour -->\n```sh\n([\s\S]*?)```/.exec(readme) ?? []
  assert.ok(script !== undefined, 'the README has lost its tour')
  return script
}

async function startKeeper(): Promise<void> {
  // What `npm start` runs, in the newcomer's folder and on a port that is surely free.
  keeper = spawn(process.execPath, [CLAVIGER, 'server', '--dev', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.ok(keeper.stdout)
  for await (const line of createInterface({ input: keeper.stdout })) {
    if (line.includes('listens on')) {
      keeper.stdout.resume()
      return
    }
  }
  assert.fail('the keeper stopped before it listened')
}

test('the first tour of the README works as it is written', { timeout: 120_000 }, async () => {
  await startKeeper()
  const script = tour()
  assert.ok(script.split('\n').filter((line) => line.startsWith('npx claviger')).length >= 10)
  const command = `"${process.execPath}" "${CLAVIGER}"`
  writeFileSync(join(folder, 'tour.sh'), `set -eu\n${script.replaceAll('npx claviger', command)}`)
  const { stdout } = await run('sh', ['tour.sh'], { cwd: folder })
  assert.match(stdout, /valid signature/)
  assert.match(stdout, /every entry is where the signed checkpoint says/)
  assert.equal(readFileSync(join(folder, 'plan.copy'), 'utf8'), 'attack at dawn\n')
})

test('the commands that the README shows for real use exist', async () => {
  for (const args of [
    ['operator', 'init'],
    ['operator', 'unseal'],
    ['operator', 'status'],
    ['demo'],
  ]) {
    const { stdout } = await run(process.execPath, [CLAVIGER, ...args, '--help'])
    assert.match(stdout, new RegExp(`Usage: claviger ${args.join(' ')}`))
  }
})
