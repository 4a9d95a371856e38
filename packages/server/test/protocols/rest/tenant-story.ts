import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './key-material-story.ts'
import { pick, pickText } from './test-world.ts'

/** A tenant, from its making to its being let in again. */
export function tellTenantStory({ call, ok }: Caller): void {
  test('a tenant is made with somebody to govern it, suspended and resumed', async () => {
    const made = await ok('/v1/tenants', { body: { name: 'acme', tokenDays: 7 } })
    assert.equal(made.status, 201)
    const token = pickText(made.body, 'secret')
    const id = pickText(made.body, 'tenant.id')
    const self = await ok('/v1/whoami', { token })
    assert.deepEqual([self.body['tenant'], self.body['roles']], [id, ['administrator']])
    assert.equal((await call('/v1/tenants', { body: { name: 'acme' } })).body['code'], 'conflict')
    assert.equal((await call('/v1/tenants', { body: { name: 'Acme' } })).status, 400)
    const listed = (await ok('/v1/tenants?limit=10')).body['tenants'] as { name: string }[]
    assert.deepEqual(listed.map(({ name }) => name).sort(), ['acme', 'default'])
    assert.equal(pick((await ok('/v1/tenants/acme')).body, 'tenant.id'), id)
    assert.equal((await call('/v1/tenants/system')).status, 404)

    const suspended = await ok('/v1/tenants/acme/suspend', {
      body: {},
    })
    assert.equal(pick(suspended.body, 'tenant.state'), 'suspended')
    assert.equal((await call('/v1/whoami', { token })).status, 401)
    assert.equal((await ok('/v1/tenants?state=suspended')).text.includes('acme'), true)
    assert.equal(
      pick((await ok(`/v1/tenants/${id}/resume`, { body: {} })).body, 'tenant.revision'),
      3,
    )
    assert.equal((await ok('/v1/whoami', { token })).status, 200)
    assert.equal((await call('/v1/tenants/default/suspend', { body: {} })).status, 412)
  })

  test('a suspended tenant is shredded by its name, and its name stays taken', async () => {
    await ok('/v1/tenants', { body: { name: 'brief' } })
    const body = { confirm: 'brief' }
    assert.equal((await call('/v1/tenants/brief/shred', { body })).status, 409)
    await ok('/v1/tenants/brief/suspend', { body: {} })
    const wrong = { body: { confirm: 'acme' } }
    assert.equal((await call('/v1/tenants/brief/shred', wrong)).status, 400)
    const { body: told } = await ok('/v1/tenants/brief/shred', { body })
    assert.equal(pick(told, 'tenant.state'), 'shredded')
    assert.match(pickText(told, 'tenant.shreddedAt'), /^20\d\d-/)
    assert.equal((await call('/v1/tenants', { body: { name: 'brief' } })).status, 409)
  })

  test('a tenant is bounded, and what it has is counted', async () => {
    const token = pickText((await ok('/v1/tenants', { body: { name: 'small' } })).body, 'secret')
    const quota = { keys: 0, requestsPerSecond: 1_000 }
    const put = { method: 'PUT', body: quota }
    assert.equal(pick((await ok('/v1/tenants/small/quota', put)).body, 'tenant.revision'), 2)
    const refused = await call('/v1/keys', { token, body: { name: 'k', spec: 'aes-256' } })
    assert.deepEqual([refused.status, refused.body['code']], [409, 'quota-exceeded'])
    const own = (await ok('/v1/tenant/usage', { token })).body
    assert.deepEqual(own['quota'], quota)
    const seen = (await ok('/v1/tenants/small/usage')).body
    assert.deepEqual([pick(seen, 'usage.keys'), pick(seen, 'usage.requests')], [0, 2])
    await ok('/v1/tenants/small/quota', { method: 'PUT', body: {} })
    await ok('/v1/keys', { token, body: { name: 'k', spec: 'aes-256' } })
  })

  test('a tenant is protected, sealed and unsealed by its own people', async () => {
    const token = pickText((await ok('/v1/tenants', { body: { name: 'own' } })).body, 'secret')
    const passphrase = 'seven houses by the river'
    const body = { passphrase }
    assert.equal((await ok('/v1/tenant/protect', { token, body })).body['generation'], 1)
    const second = { passphrase: `${passphrase} bank`, currentPassphrase: passphrase }
    assert.equal((await ok('/v1/tenant/protect', { token, body: second })).body['generation'], 2)
    assert.equal(pick((await ok('/v1/tenants/own')).body, 'tenant.ownSeal'), 'open')
    assert.equal((await ok('/v1/tenant/seal', { token, body: {} })).body['sealed'], true)
    const refused = await call('/v1/principals', { token })
    assert.deepEqual([refused.status, refused.body['code']], [503, 'tenant-sealed'])
    assert.equal((await ok('/health', { token: undefined })).status, 200)
    assert.equal((await ok('/v1/whoami', { token })).status, 200)
    assert.equal((await call('/v1/tenant/unseal', { token, body })).status, 422)
    await ok('/v1/tenant/unseal', { token, body: { passphrase: second.passphrase } })
    assert.equal((await ok('/v1/principals', { token })).status, 200)
    assert.equal((await call('/v1/tenant/seal', { body: {} })).status, 412)
  })
}
