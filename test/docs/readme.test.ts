import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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
let address = ''
after(async () => {
  if (keeper !== undefined) {
    const gone = once(keeper, 'exit')
    keeper.kill()
    await gone
  }
  rmSync(folder, { recursive: true, force: true })
})

/** A block of the README, by its mark and language; the `js` one is the next after its mark. */
function block(mark: string, language: string): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const rest = readme.slice(readme.indexOf(`<!-- ${mark} -->`))
  const [, text] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(rest) ?? []
  assert.ok(text !== undefined, `the README has lost its ${language} for ${mark}`)
  return text
}

/** The address that it listens on. */
async function startKeeper(): Promise<string> {
  // What `npm start` runs, in the newcomer's folder and on a port that is surely free.
  keeper = spawn(process.execPath, [CLAVIGER, 'server', '--dev', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.ok(keeper.stdout)
  for await (const line of createInterface({ input: keeper.stdout })) {
    const [, address] = /listens on (\S+)/.exec(line) ?? []
    if (address !== undefined) {
      keeper.stdout.resume()
      return address
    }
  }
  assert.fail('the keeper stopped before it listened')
}

test('the first tour of the README works as it is written', { timeout: 120_000 }, async () => {
  address = await startKeeper()
  const script = block('tour', 'sh')
  assert.ok(script.split('\n').filter((line) => line.startsWith('npx claviger')).length >= 10)
  const command = `"${process.execPath}" "${CLAVIGER}"`
  writeFileSync(join(folder, 'tour.sh'), `set -eu\n${script.replaceAll('npx claviger', command)}`)
  const { stdout } = await run('sh', ['tour.sh'], { cwd: folder })
  assert.match(stdout, /valid signature/)
  assert.match(stdout, /every entry is where the signed checkpoint says/)
  assert.equal(readFileSync(join(folder, 'plan.copy'), 'utf8'), 'attack at dawn\n')
})

test('a program made for AWS runs as it is, by the lines that the README shows', async () => {
  if (address === '') address = await startKeeper()
  const program = block('aws', 'js')
  assert.equal(program.trimEnd().split('\n').length, 5)
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir')
  writeFileSync(join(folder, 'program.mjs'), program)
  const settings = block('aws', 'sh').replaceAll('https://127.0.0.1:8420', address)
  writeFileSync(join(folder, 'aws.sh'), `set -eu\n${settings}"${process.execPath}" program.mjs\n`)
  // Nothing of the machine's own for AWS may help, or stand in the way.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')),
  )
  const { stdout } = await run('sh', ['aws.sh'], { cwd: folder, env: { ...env, HOME: folder } })
  assert.equal(stdout, 'hello\n')
})

test('a demo that fails leaves neither its keys nor its files behind', async () => {
  if (address === '') address = await startKeeper()
  writeFileSync(join(folder, 'mine'), 'attack at dusk\n')
  const claviger = (...args: string[]) =>
    run(process.execPath, [CLAVIGER, ...args], { cwd: folder })
  // The last step but one wants it: by then every key is made.
  const vkey = join(folder, '.claviger', 'log.vkey')
  renameSync(vkey, `${vkey}.away`)
  await assert.rejects(claviger('demo', 'mine'), /log\.vkey/)
  renameSync(`${vkey}.away`, vkey)
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('mine')),
    ['mine'],
  )
  const { stdout } = await claviger('key', 'list', '--json')
  const { keys } = JSON.parse(stdout) as { keys: { name: string; state: string }[] }
  const made = keys.filter(({ name }) => name.startsWith('demo/'))
  assert.equal(made.length, 3)
  for (const { name, state } of made) assert.equal(state, 'destroyed', name)
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
