/** The real keeper, and an issuer of OpenID Connect that it asks over HTTPS. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { TestIssuer } from '../../packages/server/test/authenticate/oidc/test-issuer.ts'
import { temporaryFolder } from '../fault/support/temporary-folder.ts'
import { ConfiguredKeeper } from './configured-keeper.ts'

function settings({ url }: TestIssuer): readonly string[] {
  return [
    '[[oidc]]',
    `issuer = "${url}"`,
    'audiences = ["https://kms.example.com"]',
    'authorities = "issuer.pem"',
    'prefix = "ci/"',
    'require = { repository = ["acme/payments"] }',
  ]
}

test('a token of an issuer encrypts, is refused when it is wrong, and stands in the log', async (t) => {
  const issuer = await TestIssuer.start()
  t.after(() => issuer.stop())
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'issuer.pem'), issuer.authorities)
  const { server } = await ConfiguredKeeper.start(folder, settings(issuer))
  const administrator = server.client('administrator')
  const name = 'ci/release'
  await administrator.ok('POST', '/v1/principals', { name, kind: 'workload', roles: ['user'] })
  await server.client('developer').ok('POST', '/v1/keys', { name: 'payments', spec: 'aes-256' })

  const claims = {
    repository: 'acme/payments',
    acr: 'https://refeds.org/profile/mfa',
    amr: ['hwk'],
  }
  const jwt = await issuer.sign({ claims })
  const job = server.client({ token: jwt })
  const who = (await job.ok('GET', '/v1/whoami')) as unknown as Record<string, unknown>
  assert.deepEqual([who['name'], who['authentication']], [name, 'oidc'])
  const { entry } = await job.ok('POST', '/v1/keys/payments/encrypt', { plaintext: 'aGVsbG8=' })
  const { entries } = await server.client('auditor').ok('GET', '/v1/audit/entries?limit=5')
  const told = entries.find(({ index }) => index === entry)?.event as unknown as {
    readonly actor: Readonly<Record<string, unknown>>
  }
  const { id, ...actor } = told.actor
  assert.equal(id, who['principal'])
  assert.deepEqual(actor, {
    auth: 'oidc',
    issuer: issuer.url,
    acr: 'https://refeds.org/profile/mfa',
    amr: ['hwk'],
    name,
    roles: ['user'],
  })

  const wrong: readonly (readonly [string, string | undefined])[] = [
    [await issuer.sign({ claims: { ...claims, aud: 'https://other.example.com' } }), 'audience'],
    [await issuer.sign({ claims, lifetimeSeconds: -60 }), 'expired'],
    [await issuer.sign({ claims: { ...claims, nbf: 4_000_000_000 } }), 'not-yet-valid'],
    [await issuer.sign({ claims: { repository: 'acme/other' } }), 'claims'],
    [`${await issuer.sign({ claims })}A`, undefined],
    [`${'x'.repeat(9_000)}.y.z`, undefined],
    [`eyJhbGciOiJub25lIn0.${(await issuer.sign({ claims })).split('.')[1] ?? ''}.`, undefined],
  ]
  for (const [token, reason] of wrong) {
    const reply = await server.client({ token }).call('GET', '/v1/whoami')
    assert.deepEqual([reply.status, reply.json.code], [401, 'unauthenticated'], reply.text)
    assert.equal((reply.json.details ?? {})['reason'], reason)
    assert.ok(!reply.text.includes(token.slice(0, 40)))
  }
  await administrator.ok('PATCH', '/v1/principals/ci%2Frelease', { disabled: true })
  assert.equal((await job.call('GET', '/v1/whoami')).status, 401)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  const signature = jwt.split('.')[2] ?? ''
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile())) {
    const bytes = readFileSync(join(file.parentPath, file.name))
    assert.ok(!bytes.includes(signature), `the token is in ${file.name}`)
  }
  assert.ok(!`${server.stdout}${server.stderr}`.includes(signature))
})
