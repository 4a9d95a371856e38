/** docs/operations/approvals.md, done as it says: ten commands to set it up, and a call that waits. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { CLAVIGER, ServerProcess } from '../fault/support/server-process.ts'
import { temporaryFolder } from '../fault/support/temporary-folder.ts'

const PAGE = readFileSync(
  resolve(import.meta.dirname, '../../docs/operations/approvals.md'),
  'utf8',
)

function block(mark: string): string {
  const rest = PAGE.slice(PAGE.indexOf(`<!-- ${mark} -->`))
  const [, text] = /```sh\n([\s\S]*?)```/.exec(rest) ?? []
  assert.ok(text !== undefined, `the page has lost its ${mark}`)
  return text
}

interface Ran {
  readonly status: number
  readonly output: string
}

function shell(script: string, cwd: string): Promise<Ran> {
  const command = `"${process.execPath}" "${CLAVIGER}"`
  const text = `set -eu\n${script.replaceAll('npx claviger', command)}`
  return new Promise((done) => {
    execFile('sh', ['-c', text], { cwd, timeout: 120_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ status, output: `${stdout}${stderr}` })
    })
  })
}

test('the page on approvals works as it is written', { timeout: 180_000 }, async (t) => {
  const folder = temporaryFolder(t)
  const server = await ServerProcess.start(join(folder, '.claviger'))
  const setup = block('setup')
  assert.equal(setup.trim().split('\n').length, 10)
  const made = await shell(setup, folder)
  assert.equal(made.status, 0, made.output)

  const use = block('use').replaceAll('https://127.0.0.1:8420', `https://127.0.0.1:${server.port}`)
  const [create = '', destroy = '', ...rest] = use.trim().split('\n')
  const key = await shell(create, folder)
  assert.equal(key.status, 0, key.output)
  const asked = await shell(destroy, folder)
  assert.equal(asked.status, 7, asked.output)
  const id = /request ([0-9a-f-]{36}) is approved/.exec(asked.output)?.[1] ?? ''
  const done = await shell(rest.join('\n').replaceAll('REQUEST', id), folder)
  assert.equal(done.status, 0, done.output)
  assert.match(done.output, /the contract has ended/)
  const after = await shell('npx claviger key get payments', folder)
  assert.match(after.output, /destroy/)
  await server.stop()
})
