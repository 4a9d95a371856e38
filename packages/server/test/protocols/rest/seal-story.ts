import assert from 'node:assert/strict'
import type { OpenApiDocument } from './document.ts'
import { type Answered, type Asked, openWorld, pick } from './test-world.ts'

/** A keeper from its first initialization by shares to its unsealing by new ones. */
export async function tellSealStory(document: OpenApiDocument): Promise<void> {
  const world = await openWorld()
  const call = (path: string, asked: Asked = {}): Promise<Answered> =>
    document.call(world, path, asked)
  const ok = (path: string, asked: Asked = {}): Promise<Answered> => document.ok(world, path, asked)
  const before = await call('/v1/whoami', { token: 'clv_whatever' })
  assert.equal(before.body['code'], 'sealed')
  assert.equal((await call('/health', { token: undefined })).status, 503)
  const method = { kind: 'shamir', shares: 3, threshold: 2 }
  const made = await ok('/v1/seal/initialize', { body: { method }, token: undefined })
  const [one, two] = made.body['shares'] as readonly [string, string]
  world.tokens = made.body['tokens'] as Record<string, string>
  await ok('/v1/keys', { body: { name: 'kept', spec: 'aes-256' } })
  const check = await ok('/v1/seal/check-share', { body: { share: one }, token: undefined })
  assert.equal(check.body['valid'], true)
  const authorization = [{ share: one }, { share: two }]
  const pending = await ok('/v1/seal/rekey', { body: { method, authorization } })
  await ok('/v1/seal/rekey/cancel', { body: {} })
  const again = await ok('/v1/seal/rekey', { body: { method, authorization } })
  assert.notDeepEqual(again.body['shares'], pending.body['shares'])
  const [first, second] = again.body['shares'] as readonly [string, string]
  const proof = [{ share: first }, { share: second }]
  await ok('/v1/seal/rekey/confirm', { body: { proof } })
  await ok('/v1/seal/rotate-root', { body: { authorization: proof } })
  await ok('/v1/seal/seal', { body: {} })
  const refused = await call('/v1/keys/kept')
  assert.equal(refused.status, 503)
  assert.equal(refused.body['code'], 'sealed')
  const stale = await call('/v1/seal/unseal', { body: { share: one }, token: undefined })
  assert.equal(stale.body['code'], 'invalid-input')
  assert.equal(pick(stale.body, 'details.problem'), 'stale')
  await ok('/v1/seal/unseal', { body: { share: first }, token: undefined })
  const open = await ok('/v1/seal/unseal', { body: { share: second }, token: undefined })
  assert.equal(open.body['sealed'], false)
  await ok('/v1/keys/kept')
  assert.equal((await ok('/v1/seal', { token: undefined })).body['sealed'], false)
  const twice = await call('/v1/seal/initialize', { body: { method }, token: undefined })
  assert.equal(twice.body['code'], 'conflict')
  await world.close()
}
