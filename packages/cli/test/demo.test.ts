import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { claviger, temporaryFolder } from './test-environment.ts'

test('a key whose creation was done and never answered is destroyed by a demo that fails', async (t) => {
  const cwd = temporaryFolder(t)
  writeFileSync(join(cwd, 'mine'), 'attack at dawn')
  const ran = await claviger(['demo', 'mine'], {
    cwd,
    answer: ({ path }) => (path === '/v1/keys' ? [502, 'a proxy gave up'] : [200, {}]),
  })
  assert.notEqual(ran.exitCode, 0)
  const calls = ran.seen.filter(({ method }) => method === 'POST').map(({ path }) => path)
  assert.match(calls.at(-1) ?? '', /^\/v1\/keys\/demo%2F20300101000000\/destroy$/i, calls.join(' '))
  assert.doesNotMatch(ran.stderr, /left behind/)
  assert.deepEqual(readdirSync(cwd), ['mine'])
})
