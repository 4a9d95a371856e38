import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  DEFAULT_TENANT,
  EXCLUSIONS,
  isKeeperError,
  KeeperError,
  type RecordKind,
  type Session,
  type Stored,
  type TenantId,
} from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { createToken } from '../../src/authenticate/token-text.ts'
import { Keep, samplePrincipal } from './sample-principals.ts'

const FINGERPRINT = 'ab'.repeat(32)

async function assertRefused(
  attempt: () => Session | Promise<Session>,
  code = 'unauthenticated',
): Promise<string> {
  let message = ''
  await assert.rejects(
    async () => attempt(),
    (error) => {
      assert.ok(isKeeperError(error), String(error))
      assert.equal(error.code, code)
      message = error.message
      return true
    },
  )
  return message
}

describe('by token', () => {
  test('the same frozen session until something changes', async () => {
    const keep = await Keep.open()
    const principal = await keep.putPrincipal(samplePrincipal(1, { roles: ['user', 'officer'] }))
    const scope = { keys: ['payments/*'] }
    const { secret, token } = await keep.putToken(principal, { scope })
    const session = await keep.authenticator.bySecret(secret)
    assert.deepEqual(session, {
      tenant: DEFAULT_TENANT,
      principal: principal.id,
      name: principal.name,
      roles: ['user', 'officer'],
      authentication: 'token',
      token: token.id,
      scope,
      expiresAt: token.expiresAt,
    })
    assert.ok(Object.isFrozen(session) && Object.isFrozen(session.roles))
    assert.ok(Object.isFrozen(session.scope) && Object.isFrozen(session.scope.keys))
    assert.equal(keep.authenticator.bySecret(secret), session)
    assert.equal(keep.authenticator.isCurrent(session), true)
  })

  test('of two roles that exclude each other, only one is in force', async () => {
    const keep = await Keep.open()
    for (const [index, { keeps, refuses }] of EXCLUSIONS.entries()) {
      const roles = [refuses, keeps] as const
      const principal = await keep.putPrincipal(samplePrincipal(index, { roles }))
      const { secret } = await keep.putToken(principal)
      const session = await keep.authenticator.bySecret(secret)
      assert.deepEqual(session.roles, [keeps])
    }
  })

  test('many at once are given one session', async () => {
    const keep = await Keep.open()
    const { secret } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    const sessions = await Promise.all(
      Array.from({ length: 20 }, async () => keep.authenticator.bySecret(secret)),
    )
    assert.equal(new Set(sessions).size, 1)
  })

  test('every failure is alike', async () => {
    const keep = await Keep.open({ failuresMax: 100 })
    const principal = await keep.putPrincipal(samplePrincipal(1))
    const disabled = await keep.putPrincipal(samplePrincipal(2, { disabled: true }))
    const revoked = await keep.putToken(principal)
    await keep.revoke(revoked.token)
    const attempts = [
      '',
      'nonsense',
      createToken().secret,
      createToken().secret.replace(/.$/, '!'),
      revoked.secret,
      (await keep.putToken(principal, { expiresAt: keep.clock.at })).secret,
      (await keep.putToken(disabled)).secret,
      (await keep.putToken(samplePrincipal(3))).secret,
    ]
    const messages = new Set<string>()
    for (const secret of attempts) {
      messages.add(await assertRefused(() => keep.authenticator.bySecret(secret, '10.0.0.1')))
    }
    assert.equal(messages.size, 1)
  })

  test('ends when the token expires, without a change', async () => {
    const keep = await Keep.open()
    const { secret, token } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    const session = await keep.authenticator.bySecret(secret)
    keep.clock.at = token.expiresAt - 1
    assert.equal(keep.authenticator.bySecret(secret), session)
    keep.clock.at = token.expiresAt
    assert.equal(keep.authenticator.isCurrent(session), false)
    await assertRefused(() => keep.authenticator.bySecret(secret))
  })

  test('ends when the token is revoked, and only that token', async () => {
    const keep = await Keep.open()
    const principal = await keep.putPrincipal(samplePrincipal(1))
    const first = await keep.putToken(principal)
    const second = await keep.putToken(principal)
    const session = await keep.authenticator.bySecret(first.secret)
    const other = await keep.authenticator.bySecret(second.secret)
    await keep.revoke(first.token)
    assert.equal(keep.authenticator.isCurrent(session), false)
    await assertRefused(() => keep.authenticator.bySecret(first.secret))
    assert.equal(keep.authenticator.bySecret(second.secret), other)
  })

  test('a principal that changes has another session, and none once disabled', async () => {
    const keep = await Keep.open()
    const principal = await keep.putPrincipal(samplePrincipal(1))
    const { secret } = await keep.putToken(principal)
    const before = await keep.authenticator.bySecret(secret)
    await keep.putPrincipal({ ...principal, roles: ['auditor'] })
    const after = await keep.authenticator.bySecret(secret)
    assert.notEqual(after, before)
    assert.deepEqual(after.roles, ['auditor'])
    await keep.putPrincipal({ ...principal, disabled: true })
    await assertRefused(() => keep.authenticator.bySecret(secret))
  })

  test('a tenant that is suspended or missing has no sessions', async () => {
    const keep = await Keep.open({ tenants: [DEFAULT_TENANT, 'other' as TenantId] })
    const { secret } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    await keep.authenticator.bySecret(secret)
    await keep.putTenant(DEFAULT_TENANT, 'suspended')
    await assertRefused(() => keep.authenticator.bySecret(secret))
    const stranger = samplePrincipal(2, { tenant: 'other' as TenantId })
    const { secret: elsewhere } = await keep.putToken(await keep.putPrincipal(stranger))
    await assertRefused(() => keep.authenticator.bySecret(elsewhere))
    await keep.putTenant('other' as TenantId)
    assert.equal((await keep.authenticator.bySecret(elsewhere)).tenant, 'other')
  })

  test('on sealing every session goes', async () => {
    const keep = await Keep.open()
    const { secret } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    const session = await keep.authenticator.bySecret(secret)
    keep.authenticator.clear()
    assert.equal(keep.authenticator.isCurrent(session), false)
    assert.notEqual(await keep.authenticator.bySecret(secret), session)
  })

  test('the policies are there before the session is', async () => {
    const prepared: TenantId[] = []
    const prepare = async (tenant: TenantId): Promise<void> => void prepared.push(tenant)
    const keep = await Keep.open({ prepare })
    const { secret } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    await keep.authenticator.bySecret(secret)
    await keep.authenticator.bySecret(secret)
    assert.deepEqual(prepared, [DEFAULT_TENANT])
  })

  test('keeps so many sessions, those in use first', async () => {
    const keep = await Keep.open({ sessionsMax: 3 })
    const principal = await keep.putPrincipal(samplePrincipal(1))
    const tokens = []
    for (let count = 0; count < 5; count++) tokens.push(await keep.putToken(principal))
    const [first] = tokens
    assert.ok(first !== undefined)
    const used = await keep.authenticator.bySecret(first.secret)
    for (const { secret } of tokens) {
      await keep.authenticator.bySecret(secret)
      assert.equal(keep.authenticator.bySecret(first.secret), used)
    }
    const kept = tokens.filter(
      ({ secret }) => !(keep.authenticator.bySecret(secret) instanceof Promise),
    )
    assert.equal(kept.length, 3)
  })

  test('a call goes on whose session left for room, until something ends', async () => {
    const keep = await Keep.open({ sessionsMax: 1 })
    const [one, other] = [
      await keep.putPrincipal(samplePrincipal(1)),
      await keep.putPrincipal(samplePrincipal(2)),
    ]
    const { secret, token } = await keep.putToken(one)
    const crowding = await keep.putToken(other)
    const early = await keep.authenticator.bySecret(secret)
    await keep.authenticator.bySecret(crowding.secret)
    assert.equal(keep.authenticator.isCurrent(early), true)
    await keep.revoke(token)
    assert.equal(keep.authenticator.isCurrent(early), false)

    const { secret: next } = await keep.putToken(one)
    for (const end of [
      async () => void (await keep.putPrincipal({ ...one, disabled: true })),
      async () => keep.authenticator.clear(),
    ]) {
      await keep.putPrincipal(one)
      const session = await keep.authenticator.bySecret(next)
      await keep.authenticator.bySecret(crowding.secret)
      assert.equal(keep.authenticator.isCurrent(session), true)
      await end()
      assert.equal(keep.authenticator.isCurrent(session), false)
    }
  })
})

describe('by certificate', () => {
  test('the principal that has it, until the certificate expires', async () => {
    const keep = await Keep.open()
    const principal = samplePrincipal(1, { certificates: [FINGERPRINT] })
    await keep.putPrincipal(principal)
    const validTo = keep.clock.at + 5_000
    const session = await keep.authenticator.byCertificate(FINGERPRINT, validTo)
    assert.equal(session.certificate, FINGERPRINT)
    assert.equal(session.authentication, 'certificate')
    assert.equal(session.expiresAt, validTo)
    assert.equal(keep.authenticator.byCertificate(FINGERPRINT, validTo), session)
    keep.clock.at = validTo
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT, validTo))
  })

  test('nobody when it is unknown, malformed, expired or taken away', async () => {
    const keep = await Keep.open()
    const principal = await keep.putPrincipal(samplePrincipal(1, { certificates: [FINGERPRINT] }))
    const later = keep.clock.at + 5_000
    await assertRefused(() => keep.authenticator.byCertificate('cd'.repeat(32), later))
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT.toUpperCase(), later))
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT, Number.NaN))
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT, keep.clock.at))
    await keep.authenticator.byCertificate(FINGERPRINT, later)
    await keep.putPrincipal({ ...principal, certificates: [] })
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT, later))
  })

  test('nobody when two principals have it, at once', async () => {
    const keep = await Keep.open()
    await keep.putPrincipal(samplePrincipal(1, { certificates: [FINGERPRINT] }))
    const later = keep.clock.at + 5_000
    await keep.authenticator.byCertificate(FINGERPRINT, later)
    await keep.putPrincipal(samplePrincipal(2, { certificates: [FINGERPRINT] }))
    await assertRefused(() => keep.authenticator.byCertificate(FINGERPRINT, later))
  })
})

describe('failures', () => {
  test('are limited by peer; a session that is known is not', async () => {
    const keep = await Keep.open({ failuresMax: 3 })
    const principal = await keep.putPrincipal(samplePrincipal(1))
    const known = await keep.putToken(principal)
    const fresh = await keep.putToken(principal)
    await keep.authenticator.bySecret(known.secret, '10.0.0.1')
    for (let count = 0; count < 3; count++) {
      await assertRefused(() => keep.authenticator.bySecret(createToken().secret, '10.0.0.1'))
    }
    const again = (): Session | Promise<Session> =>
      keep.authenticator.bySecret(fresh.secret, '10.0.0.1')
    await assertRefused(again, 'rate-limited')
    await assertRefused(() => keep.authenticator.byCertificate('x', 0, '10.0.0.1'), 'rate-limited')
    await keep.authenticator.bySecret(known.secret, '10.0.0.1')
    await keep.authenticator.bySecret(fresh.secret, '10.0.0.2')
  })

  test('of the store are not failures of the caller, and are not kept', async () => {
    const store = new RefusingStore()
    const keep = await Keep.open({ failuresMax: 1 }, store)
    const { secret } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    store.refusal = new KeeperError('sealed', 'the keeper is sealed')
    for (let count = 0; count < 3; count++) {
      await assertRefused(() => keep.authenticator.bySecret(secret, '10.0.0.1'), 'sealed')
    }
    store.refusal = undefined
    assert.ok(await keep.authenticator.bySecret(secret, '10.0.0.1'))
  })
})

/** Refuses when told, and answers when it is let. */
class RefusingStore extends MemoryStore {
  refusal: KeeperError | undefined
  held: Promise<void> | undefined

  override async get<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    id: string,
  ): Promise<Stored<K> | undefined> {
    const found = await super.get(kind, tenant, id)
    if (kind === 'principal') await this.held
    return found
  }

  override async getByName<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    name: string,
  ): Promise<Stored<K> | undefined> {
    if (this.refusal !== undefined) throw this.refusal
    return super.getByName(kind, tenant, name)
  }
}

describe('a lookup that began before a change', () => {
  test('is not answered by what it read', async () => {
    const store = new RefusingStore()
    const keep = await Keep.open({}, store)
    const { secret, token } = await keep.putToken(await keep.putPrincipal(samplePrincipal(1)))
    const held = Promise.withResolvers<void>()
    store.held = held.promise
    const early = assertRefused(() => keep.authenticator.bySecret(secret))
    // The token has been read; its principal is on the way.
    await new Promise(setImmediate)
    await keep.revoke(token)
    const late = assertRefused(() => keep.authenticator.bySecret(secret))
    store.held = undefined
    held.resolve()
    await Promise.all([early, late])
    await assertRefused(() => keep.authenticator.bySecret(secret))
  })
})
