import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import fc from 'fast-check'
import { openOidcKeep } from './oidc-keep.ts'

const RUNS = 1_500
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ '

type Mutate = (jwt: string) => string

const at = fc.nat(2_000)
const letter = fc.constantFrom(...LETTERS.split(''))
const part = fc.nat(2)

function inPart(index: number, change: (bytes: Buffer) => Buffer): Mutate {
  return (jwt) =>
    jwt
      .split('.')
      .map((text, place) =>
        place === index ? change(Buffer.from(text, 'base64url')).toString('base64url') : text,
      )
      .join('.')
}

/** A member of the header or of the claims, said otherwise. */
function withMember(index: number, name: string, value: unknown): Mutate {
  return inPart(index, (bytes) => {
    try {
      const members = JSON.parse(bytes.toString()) as object
      return Buffer.from(JSON.stringify({ ...members, [name]: value }))
    } catch {
      return bytes
    }
  })
}

const mutations: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(at, letter).map(
    ([place, one]): Mutate =>
      (jwt) => {
        const index = place % jwt.length
        return jwt.slice(0, index) + one + jwt.slice(index + 1)
      },
  ),
  fc.tuple(at, letter).map(
    ([place, one]): Mutate =>
      (jwt) => {
        const index = place % (jwt.length + 1)
        return jwt.slice(0, index) + one + jwt.slice(index)
      },
  ),
  at.map(
    (place): Mutate =>
      (jwt) => {
        const index = place % jwt.length
        return jwt.slice(0, index) + jwt.slice(index + 1)
      },
  ),
  fc.tuple(part, part).map(
    ([one, other]): Mutate =>
      (jwt) => {
        const parts = jwt.split('.')
        ;[parts[one], parts[other]] = [parts[other] ?? '', parts[one] ?? '']
        return parts.join('.')
      },
  ),
  fc.tuple(part, at, fc.integer({ min: 1, max: 255 })).map(([index, place, mask]) =>
    inPart(index, (bytes) => {
      const changed = Buffer.from(bytes)
      const byte = place % Math.max(1, changed.length)
      changed[byte] = (changed[byte] ?? 0) ^ mask
      return changed
    }),
  ),
  fc
    .tuple(
      fc.constantFrom('alg', 'kid', 'typ', 'crit', 'jwk', 'b64', 'zip', 'x5c'),
      fc.oneof(fc.constantFrom('none', 'HS256', 'RS256', 'ES384', null, true), fc.jsonValue()),
    )
    .map(([name, value]) => withMember(0, name, value)),
  fc
    .tuple(fc.constantFrom('iss', 'aud', 'sub', 'exp', 'iat', 'nbf', '__proto__'), fc.jsonValue())
    .map(([name, value]) => withMember(1, name, value)),
)

test('of a token that was changed in any way, none is let in, and none is a fault of ours', async (t) => {
  for (const alg of ['ES256', 'RS256', 'EdDSA']) {
    const { keep, issuer, principal } = await openOidcKeep(t, { alg })
    const original = await issuer.sign({ claims: { acr: 'phr' } })
    const session = await keep.authenticator.bySecret(original)
    assert.equal(session.principal, principal.id)
    let changed = 0
    await fc.assert(
      fc.asyncProperty(fc.array(mutations, { minLength: 1, maxLength: 4 }), async (some) => {
        const jwt = some.reduce((text, mutate) => mutate(text), original)
        if (jwt === original) return
        changed++
        const refused = await Promise.resolve()
          .then(() => keep.authenticator.bySecret(jwt))
          .then(
            () => undefined,
            (error: unknown) => error,
          )
        assert.ok(isKeeperError(refused), `${jwt}: ${String(refused)}`)
        assert.equal(refused.code, 'unauthenticated')
      }),
      { numRuns: RUNS },
    )
    assert.ok(changed > RUNS / 2)
    assert.equal(keep.authenticator.bySecret(original), session)
  }
})
