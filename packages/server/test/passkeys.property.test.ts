import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ApproverKey, isKeeperError } from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import fc from 'fast-check'
import { createApprovalCrypto } from '../src/approval-crypto.ts'
import { SoftwareAuthenticator } from './protocols/rest/software-authenticator.ts'

runSelfTests()

const STATEMENT = 'claviger approval v1\napprove\ndefault\nid\nhash\nann\n'
const RUNS = 1_000
const approvals = createApprovalCrypto({
  id: 'example.test',
  origins: ['https://keys.example.test'],
})

type Mutate = (bytes: Buffer) => Buffer

const mutation: fc.Arbitrary<Mutate> = fc.oneof(
  fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 255 })).map(
    ([place, mask]): Mutate =>
      (bytes) => {
        const changed = Buffer.from(bytes)
        const at = place % Math.max(1, changed.length)
        changed[at] = (changed[at] ?? 0) ^ mask
        return changed
      },
  ),
  fc.nat(500).map(
    (length): Mutate =>
      (bytes) =>
        bytes.subarray(0, length % (bytes.length + 1)),
  ),
  fc.uint8Array({ maxLength: 80 }).map(
    (more): Mutate =>
      (bytes) =>
        Buffer.concat([bytes, more]),
  ),
  fc.uint8Array({ maxLength: 200 }).map(
    (other): Mutate =>
      () =>
        Buffer.from(other),
  ),
  fc
    .tuple(
      fc.constantFrom('type', 'challenge', 'origin', 'crossOrigin', 'topOrigin', 'tokenBinding'),
      fc.jsonValue(),
    )
    .map(
      ([name, value]): Mutate =>
        (bytes) => {
          try {
            return Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()), [name]: value }))
          } catch {
            return bytes
          }
        },
    ),
)
const unchanged: Mutate = (bytes) => bytes
const maybe = fc.option(mutation, { nil: unchanged })

for (const curve of ['P-256', 'ed25519'] as const) {
  test(`${curve}: of an assertion that was changed in any way, none is taken`, async () => {
    const passkey = new SoftwareAuthenticator(curve)
    const read = approvals.readPasskey(passkey.credential, passkey.cose)
    const key: ApproverKey = { ...read, addedAt: 0 }
    const { signature, assertion } = passkey.approve(STATEMENT)
    const made = [signature, assertion.authenticatorData, assertion.clientDataJson].map((text) =>
      Buffer.from(text, 'base64'),
    ) as [Buffer, Buffer, Buffer]
    const verify = (parts: readonly Buffer[], statement = STATEMENT) => {
      const [given, authenticatorData, clientDataJson] = parts as typeof made
      const whole = { signature: given, assertion: { authenticatorData, clientDataJson } }
      return approvals.verify(key, statement, whole)
    }
    assert.deepEqual(await verify(made), { signCount: 1 })
    assert.equal(await verify(made, `${STATEMENT} `), undefined)
    await fc.assert(
      fc.asyncProperty(fc.tuple(maybe, maybe, maybe), async (changes) => {
        const parts = made.map((bytes, index) => (changes[index] ?? unchanged)(bytes))
        const [isSigned, ...isSame] = parts.map((bytes, index) => made[index]?.equals(bytes))
        if (isSigned === true && isSame.every(Boolean)) return
        const verified = await verify(parts)
        if (verified === undefined) return
        // An ECDSA signature may be written in several ways in DER; what it is over, in none.
        assert.deepEqual([curve, ...isSame], ['P-256', true, true])
      }),
      { numRuns: RUNS },
    )
  })
}

test('whatever is given as the key of a passkey is read, or refused as no key', () => {
  const { cose, spki, credential } = new SoftwareAuthenticator()
  const seeds = fc.constantFrom(cose, spki, new SoftwareAuthenticator('ed25519').cose)
  fc.assert(
    fc.property(seeds, mutation, (seed, mutate) => {
      try {
        const { publicKey } = approvals.readPasskey(credential, mutate(seed))
        assert.ok(publicKey.length > 0)
      } catch (error) {
        assert.ok(isKeeperError(error) && error.code === 'invalid-input', String(error))
      }
    }),
    { numRuns: RUNS },
  )
})

test('a keeper that is not told of its origins takes no passkey', async () => {
  const authenticator = new SoftwareAuthenticator()
  const none = createApprovalCrypto()
  assert.throws(
    () => none.readPasskey(authenticator.credential, authenticator.cose),
    (error) => isKeeperError(error) && error.code === 'unsupported',
  )
  const key = { ...approvals.readPasskey(authenticator.credential, authenticator.cose), addedAt: 0 }
  const { signature, assertion } = authenticator.approve(STATEMENT)
  const given = {
    signature: Buffer.from(signature, 'base64'),
    assertion: {
      authenticatorData: Buffer.from(assertion.authenticatorData, 'base64'),
      clientDataJson: Buffer.from(assertion.clientDataJson, 'base64'),
    },
  }
  assert.deepEqual(await approvals.verify(key, STATEMENT, given), { signCount: 1 })
  assert.equal(await none.verify(key, STATEMENT, given), undefined)
  const plainly = Buffer.from(authenticator.signPlainly(STATEMENT).signature, 'base64')
  const { passkey: _passkey, ...plain } = key
  assert.deepEqual(await none.verify(plain, STATEMENT, { signature: plainly }), {})
  assert.equal(await approvals.verify(plain, STATEMENT, given), undefined)
  assert.equal(await approvals.verify(key, STATEMENT, { signature: plainly }), undefined)
})
