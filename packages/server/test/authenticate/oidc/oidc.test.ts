/** Tokens of OpenID Connect, by an issuer in this process that is asked over real HTTPS. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKeeperError, type Session } from '@claviger/core'
import { exportJWK, exportSPKI, importJWK, SignJWT } from 'jose'
import { samplePrincipal } from '../sample-principals.ts'
import { type OidcKeep, openOidcKeep } from './oidc-keep.ts'
import { AUDIENCE } from './test-issuer.ts'

const MINUTE_MS = 60_000

const login = async ({ keep }: OidcKeep, jwt: string, peer = ''): Promise<Session> =>
  keep.authenticator.bySecret(jwt, peer)

/** The reason, or `none` where the caller is not told one. */
async function assertRefused(world: OidcKeep, jwt: string, why: string): Promise<string> {
  try {
    await login(world, jwt)
  } catch (error) {
    assert.ok(isKeeperError(error) && error.code === 'unauthenticated', `${why}: ${String(error)}`)
    return String(error.details['reason'] ?? 'none')
  }
  return assert.fail(`${why} was let in`)
}

for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
  test(`${alg}: a token lets its principal in until it ends, and is verified once`, async (t) => {
    const world = await openOidcKeep(t, { alg })
    const { keep, clock, issuer, principal } = world
    const jwt = await issuer.sign({ claims: { acr: 'phr', amr: ['hwk', 'pin'] } })
    const session = await login(world, jwt)
    assert.equal(session.principal, principal.id)
    assert.equal(session.authentication, 'oidc')
    assert.deepEqual(session.roles, ['user', 'officer'])
    const assurance = { issuer: issuer.url, acr: 'phr', amr: ['hwk', 'pin'] }
    assert.deepEqual(session.assurance, assurance)
    assert.ok(Object.isFrozen(session))
    assert.equal(keep.authenticator.bySecret(jwt), session, 'the same text is the same session')
    assert.deepEqual(issuer.asked, ['/realm/.well-known/openid-configuration', '/keys'])
    clock.at += 5 * MINUTE_MS + 30_000
    assert.equal(keep.authenticator.isCurrent(session), false)
    assert.equal(await assertRefused(world, jwt, 'after its end'), 'expired')
  })
}

test('what is not for us, not now, or not as asked for is refused with its reason', async (t) => {
  const lines = 'require.repository = ["acme/payments"]\nrequire.groups = ["a", "b"]'
  const world = await openOidcKeep(t, { lines })
  const { issuer, clock } = world
  const good = { repository: 'acme/payments', groups: ['x', 'b'] }
  const now = Math.floor(clock.at / 1_000)
  const refused = [
    ['another audience', { aud: 'https://other.example.com' }, 'audience'],
    ['a list of other audiences', { aud: ['a', 'b'] }, 'audience'],
    ['no audience', { aud: undefined }, 'audience'],
    ['an audience that only begins so', { aud: `${AUDIENCE}/x` }, 'audience'],
    ['expired', { exp: now - 31 }, 'expired'],
    ['no end', { exp: undefined }, 'claims'],
    ['an end in words', { exp: String(now + 60) }, 'claims'],
    ['not yet valid', { nbf: now + 31 }, 'not-yet-valid'],
    ['issued in the future', { iat: now + 120, exp: now + 240 }, 'not-yet-valid'],
    ['no date of issue', { iat: undefined }, 'not-yet-valid'],
    ['too old, whatever its end', { iat: now - 3_700, exp: now + 300 }, 'expired'],
    ['another repository', { repository: 'acme/other' }, 'claims'],
    ['a repository that is no text', { repository: { toString: 'acme/payments' } }, 'claims'],
    ['no group that is asked for', { groups: ['x'] }, 'claims'],
    ['no subject', { sub: undefined }, 'claims'],
    ['a subject that makes no name', { sub: 'Release' }, 'claims'],
    ['a list of subjects', { sub: ['release'] }, 'claims'],
    ['nobody here', { sub: 'unknown' }, 'none'],
  ] as const
  for (const [why, claims, reason] of refused) {
    const jwt = await issuer.sign({ claims: { ...good, ...claims } })
    assert.equal(await assertRefused(world, jwt, why), reason, why)
  }
  const accepted = [
    { aud: [AUDIENCE, 'other'] },
    { groups: 'a' },
    { exp: now - 29 },
    { nbf: now + 29 },
  ]
  for (const claims of accepted) {
    await login(world, await issuer.sign({ claims: { ...good, ...claims } }))
  }
})

test('a token by any other key, or by none, is refused', async (t) => {
  const world = await openOidcKeep(t, { alg: 'RS256' })
  const { issuer } = world
  const now = Math.floor(issuer.now() / 1_000)
  const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'release', iat: now, exp: now + 300 }
  const [key] = issuer.keys
  assert.ok(key)
  const good = await issuer.sign()
  await login(world, good)
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  for (const alg of ['none', 'None', 'NONE']) {
    await assertRefused(world, `${encoded({ alg })}.${encoded(claims)}.`, alg)
    await assertRefused(world, `${encoded({ alg })}.${encoded(claims)}.AAAA`, alg)
  }
  // RFC 8725 §2.1: the public key, in whatever form, as the secret of a MAC.
  const publicKey = await importJWK(key.jwk, 'RS256', { extractable: true })
  assert.ok(!(publicKey instanceof Uint8Array))
  const pem = await exportSPKI(publicKey)
  for (const text of [pem, pem.trim(), JSON.stringify(key.jwk), key.jwk.n ?? '']) {
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const forged = await new SignJWT(claims)
        .setProtectedHeader({ alg, kid: key.kid })
        .sign(Buffer.from(text.padEnd(64, '=')))
      await assertRefused(world, forged, `${alg} with the public key`)
    }
  }
  const other = await openOidcKeep(t, { alg: 'RS256' })
  const foreign = await other.issuer.sign({ claims, header: { kid: key.kid } })
  await assertRefused(world, foreign, "another's key under the same id")
  await assertRefused(world, await other.issuer.sign(), 'an issuer that is not trusted')
  const own = await issuer.sign({ header: { jwk: key.jwk, jku: 'https://localhost:1/keys' } })
  await login(world, own)
  const critical = await issuer.sign({ header: { crit: ['exotic'], exotic: 1 } })
  await assertRefused(world, critical, 'an extension that is not known (RFC 7515 §4.1.11)')
})

test('an algorithm is allowed by the configuration, and not by the key or the token', async (t) => {
  for (const [lines, isAllowed] of [
    ['', false],
    ['algorithms = ["RS256", "RS512"]', true],
  ] as const) {
    const world = await openOidcKeep(t, { alg: 'RS256', lines })
    const { issuer } = world
    const [key] = issuer.keys
    assert.ok(key)
    // Published without `alg`: it would verify any of its kind.
    issuer.answers.set('/keys', { keys: [{ ...key.jwk, alg: undefined }] })
    const { alg: _alg, ...secret } = await exportJWK(key.privateKey)
    const now = Math.floor(issuer.now() / 1_000)
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'release', iat: now, exp: now + 300 }
    const jwt = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS512', kid: key.kid })
      .sign(await importJWK(secret, 'RS512'))
    if (isAllowed) await login(world, jwt)
    else assert.equal(await assertRefused(world, jwt, 'RS512'), 'none')
  }
})

test('what is too long, or no token at all, is refused before anything is asked', async (t) => {
  const world = await openOidcKeep(t)
  const { issuer } = world
  const long = await issuer.sign({ claims: { note: 'x'.repeat(8_000) } })
  assert.ok(long.length > 8_192)
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const deep = Buffer.from('['.repeat(4_000)).toString('base64url')
  for (const jwt of [
    long,
    '',
    '..',
    'a.b',
    'a.b.c',
    'a.b.c.d.e',
    `${text({})}.${deep}.AAAA`,
    `${text({})}.${text(null)}.AAAA`,
    `${text({})}.${text([])}.AAAA`,
    `${text({})}.${text({ iss: {} })}.AAAA`,
    `${text({})}.${text('__proto__')}.AAAA`,
    'x'.repeat(100_000),
  ]) {
    assert.equal(await assertRefused(world, jwt, jwt.slice(0, 20)), 'none')
  }
  assert.deepEqual(issuer.asked, [])
})

test('keys that are rotated are followed, and unknown ones ask at most every ten seconds', async (t) => {
  const world = await openOidcKeep(t)
  const { issuer, clock } = world
  await login(world, await issuer.sign())
  const before = issuer.asked.length
  await issuer.rotate()
  const rotated = await issuer.sign()
  await assertRefused(world, rotated, 'too soon after the last attempt')
  assert.equal(issuer.asked.length, before)
  clock.at += 10_000
  await login(world, rotated)
  assert.equal(issuer.asked.length, before + 2)
  for (let count = 0; count < 20; count++) {
    const jwt = await issuer.sign({ header: { kid: `unknown-${count}` } })
    await assertRefused(world, jwt, 'an unknown key')
  }
  assert.equal(issuer.asked.length, before + 2)
  clock.at += 10_000
  await Promise.all(
    Array.from({ length: 20 }, async (_, count) =>
      assertRefused(world, await issuer.sign({ header: { kid: `more-${count}` } }), 'unknown'),
    ),
  )
  assert.equal(issuer.asked.length, before + 4, 'all that wait share one attempt')
})

test('an issuer that is down: its keys go on for their time, then it is named', async (t) => {
  const world = await openOidcKeep(t, { lines: 'keys-age-seconds-max = 3600' })
  const { issuer, clock, reported } = world
  await login(world, await issuer.sign())
  await issuer.stop()
  clock.at += 59 * MINUTE_MS
  await login(world, await issuer.sign())
  clock.at += 2 * MINUTE_MS
  const late = await issuer.sign()
  for (let count = 0; count < 40; count++) {
    await assert.rejects(login(world, late, '192.0.2.1'), (error) => {
      assert.ok(isKeeperError(error) && error.code === 'unauthenticated')
      assert.deepEqual(error.details, { reason: 'issuer-unreachable', issuer: issuer.url })
      return true
    })
  }
  assert.ok(reported.length > 0)
  await issuer.restart()
  clock.at += 10_000
  await login(world, late, '192.0.2.1')
})

test('an issuer that says it is another, or gives no keys, lets nobody in', async (t) => {
  const path = '/realm/.well-known/openid-configuration'
  for (const [where, answer] of [
    [path, { issuer: 'https://evil.example', jwks_uri: 'https://localhost/keys' }],
    [path, { issuer: undefined }],
    [path, 'no json'],
    ['/keys', { keys: 'none' }],
    ['/keys', []],
    ['/keys', 'x'.repeat(300_000)],
    ['/keys', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1' }] }],
  ] as const) {
    const world = await openOidcKeep(t)
    world.issuer.answers.set(where, answer)
    await assertRefused(world, await world.issuer.sign(), JSON.stringify(answer).slice(0, 60))
  }
})

test('a session ends with any change of its principal; roles are narrowed, never widened', async (t) => {
  const lines = 'roles-claim = "groups"\n[oidc.roles]\nsigners = "user"\nadmins = "administrator"'
  const world = await openOidcKeep(t, { lines })
  const { issuer, keep, principal } = world
  const claims = { groups: ['signers', 'admins', 'others'] }
  const session = await login(world, await issuer.sign({ claims }))
  assert.deepEqual(session.roles, ['user'], 'no administrator by the issuer')
  const bare = await login(world, await issuer.sign())
  assert.deepEqual(bare.roles, [])
  const jwt = await issuer.sign({ claims })
  const first = await login(world, jwt)
  await keep.putPrincipal({ ...principal, roles: ['administrator'] })
  assert.equal(keep.authenticator.isCurrent(first), false)
  assert.deepEqual((await login(world, jwt)).roles, ['administrator'])
  await keep.putPrincipal({ ...principal, disabled: true })
  assert.equal(await assertRefused(world, jwt, 'disabled'), 'none')
})

test('principals may be named one by one', async (t) => {
  const lines = '[oidc.principals]\n"repo:acme/payments:ref:main" = "payments"'
  const world = await openOidcKeep(t, { lines })
  const { issuer, keep } = world
  await keep.putPrincipal(samplePrincipal(2, { name: 'payments' }))
  const sub = 'repo:acme/payments:ref:main'
  assert.equal((await login(world, await issuer.sign({ claims: { sub } }))).name, 'payments')
  for (const other of ['payments', 'ci/release', 'repo:acme/payments:ref:dev', '__proto__']) {
    await assertRefused(world, await issuer.sign({ claims: { sub: other } }), other)
  }
})

test('who fails too often is asked to wait, and who is known is not', async (t) => {
  const world = await openOidcKeep(t)
  const { issuer, keep } = world
  const peer = '192.0.2.1'
  const good = await issuer.sign()
  const session = await login(world, good, peer)
  const wrong = await issuer.sign({ claims: { aud: 'other' } })
  for (let count = 0; count < 20; count++) await assert.rejects(login(world, wrong, peer))
  const fresh = await issuer.sign({ claims: { jti: 'fresh' } })
  await assert.rejects(
    login(world, fresh, peer),
    (error) => isKeeperError(error) && error.code === 'rate-limited',
  )
  assert.equal(keep.authenticator.bySecret(good, peer), session)
  await login(world, fresh, '192.0.2.2')
})

test('sessions by tokens are bounded', async (t) => {
  const world = await openOidcKeep(t, { options: { sessionsMax: 10 } })
  const { issuer, keep } = world
  const tokens: string[] = []
  for (let count = 0; count < 30; count++) {
    const jwt = await issuer.sign({ claims: { jti: String(count) } })
    await login(world, jwt)
    tokens.push(jwt)
  }
  const kept = tokens.filter((jwt) => !(keep.authenticator.bySecret(jwt) instanceof Promise))
  assert.equal(kept.length, 10)
})
