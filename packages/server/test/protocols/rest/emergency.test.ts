import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, openWorld, pick } from './test-world.ts'

test('an emergency that is open is seen by whoever asks how the keeper is', async (t) => {
  const open = [{ name: 'vault', until: Date.parse('2030-01-01T00:00:00Z') }]
  const world = await openWorld({ emergencies: () => open })
  t.after(() => world.close())
  assert.equal((await ask(world, '/health', { token: undefined })).body['emergency'], true)
  const method = { kind: 'file' }
  const made = await ask(world, '/v1/seal/initialize', { body: { method }, token: undefined })
  const token = String(pick(made.body, 'tokens.officer'))
  const me = await ask(world, '/v1/whoami', { token })
  assert.deepEqual(me.body['emergencies'], [{ name: 'vault', until: '2030-01-01T00:00:00.000Z' }])
  open.length = 0
  assert.equal((await ask(world, '/v1/whoami', { token })).body['emergencies'], undefined)
  assert.equal((await ask(world, '/health', { token: undefined })).body['emergency'], false)
})
