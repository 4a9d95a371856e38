// Tokens that PyJWT signs, by keys that it writes as a JWK Set.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { openOidcKeep } from '../../../packages/server/test/authenticate/oidc/oidc-keep.ts'
import { AUDIENCE } from '../../../packages/server/test/authenticate/oidc/test-issuer.ts'

const PYTHON = '/usr/bin/python3'

interface Issued {
  readonly keys: readonly object[]
  readonly tokens: Readonly<Record<string, Readonly<Record<string, string>>>>
}

test('tokens of PyJWT let in as they should, by every algorithm', async (t) => {
  if (spawnSync(PYTHON, ['-c', 'import jwt, cryptography']).status !== 0) {
    t.skip('needs PyJWT: apt-get install python3-jwt python3-cryptography')
    return
  }
  const { keep, issuer, clock, principal } = await openOidcKeep(t)
  const iat = Math.floor(clock.at / 1_000)
  const good = { iss: issuer.url, aud: [AUDIENCE], sub: 'release', iat, nbf: iat, exp: iat + 300 }
  const cases = {
    good,
    audience: { ...good, aud: 'https://other.example.com' },
    expired: { ...good, iat: iat - 600, nbf: iat - 600, exp: iat - 300 },
    'not-yet-valid': { ...good, nbf: iat + 300, exp: iat + 600 },
    claims: { ...good, sub: 'Release' },
  }
  const ran = spawnSync(PYTHON, [join(import.meta.dirname, 'tokens.py')], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
  })
  assert.equal(ran.status, 0, ran.stderr)
  const { keys, tokens } = JSON.parse(ran.stdout) as Issued
  issuer.answers.set('/keys', { keys })
  assert.deepEqual(Object.keys(tokens), ['RS256', 'PS256', 'ES256', 'EdDSA'])
  for (const [alg, { good: jwt = '', ...wrong }] of Object.entries(tokens)) {
    const session = await keep.authenticator.bySecret(jwt)
    assert.equal(session.principal, principal.id, alg)
    assert.equal(Object.keys(wrong).length, 4)
    for (const [reason, refused] of Object.entries(wrong)) {
      await assert.rejects(
        async () => keep.authenticator.bySecret(refused),
        (error) => isKeeperError(error) && error.details['reason'] === reason,
        `${alg} ${reason}`,
      )
    }
  }
})
