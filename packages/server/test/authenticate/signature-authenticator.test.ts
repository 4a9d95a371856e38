import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  DEFAULT_TENANT,
  isKeeperError,
  type MaybePromise,
  type Principal,
  type TenantId,
  type Token,
} from '@claviger/core'
import { type HttpRequest, SigV4Error } from '@claviger/sigv4'
import { SignatureAuthenticator, type SignedCaller } from '../../src/authenticate/index.ts'
import { createSharedSecret } from '../../src/authenticate/shared-secret-text.ts'
import { type SampleCredentials, sdkRequest } from '../../../sigv4/test/signed-sample.ts'
import { Keep, samplePrincipal } from './sample-principals.ts'

const PEER = '192.0.2.1'
const NOW = Date.parse('2026-11-24T12:00:00Z')
const DAY_MS = 86_400_000

interface Issued {
  readonly token: Token
  readonly credentials: SampleCredentials
}

/** Access keys over a store in memory; what the custody would wrap stands in the record as it is. */
class Door {
  readonly keep: Keep
  readonly signatures: SignatureAuthenticator
  sealed = false

  constructor(failuresMax = 20) {
    this.keep = new Keep({
      failuresMax,
      openSharedSecret: ({ sharedSecret }) => encodeUtf8(sharedSecret?.content ?? ''),
    })
    this.keep.clock.at = NOW
    this.signatures = new SignatureAuthenticator({
      authenticator: this.keep.authenticator,
      clock: this.keep.clock,
      service: 'kms',
      isSealed: () => this.sealed,
    })
  }

  static async open(failuresMax?: number): Promise<Door> {
    const door = new Door(failuresMax)
    await door.keep.putTenant(DEFAULT_TENANT)
    return door
  }

  async issue(
    principal: Principal,
    form: 'lasting' | 'temporary' = 'lasting',
    changes: Partial<Token> = {},
  ): Promise<Issued> {
    const { identifier, secret, ticket } = createSharedSecret(form)
    const { hash: _none, ...token } = (
      await this.keep.putToken(principal, {
        expiresAt: NOW + 365 * DAY_MS,
        sharedSecret: {
          identifier,
          content: secret as never,
          ...(ticket !== undefined && { ticketHash: ticket.hash }),
        },
        ...changes,
      })
    ).token
    const credentials = {
      accessKeyId: identifier,
      secretAccessKey: secret,
      ...(ticket !== undefined && { sessionToken: ticket.text }),
    }
    return { token, credentials }
  }

  ask(request: HttpRequest, peer = PEER): MaybePromise<SignedCaller> {
    return this.signatures.authenticate(request, peer)
  }

  async refused(code: string, request: HttpRequest, peer = PEER): Promise<Error> {
    try {
      await this.ask(request, peer)
    } catch (error) {
      assert.ok(isKeeperError(error) || error instanceof SigV4Error, String(error))
      assert.equal(error.code, code, error.message)
      return error
    }
    assert.fail('it was not refused')
  }
}

async function issued(form: 'lasting' | 'temporary' = 'lasting') {
  const door = await Door.open()
  const principal = await door.keep.putPrincipal(samplePrincipal(1))
  return { door, principal, ...(await door.issue(principal, form)) }
}

describe('a signed request', () => {
  test('is of the principal that the access key was made for', async () => {
    const { door, principal, token, credentials } = await issued()
    const caller = await door.ask(await sdkRequest({ credentials, at: NOW }))
    assert.equal(caller.session.principal, principal.id)
    assert.equal(caller.session.tenant, DEFAULT_TENANT)
    assert.equal(caller.session.authentication, 'signature')
    assert.equal(caller.session.token, token.id)
    assert.deepEqual([caller.accessKeyId, caller.region], [credentials.accessKeyId, 'eu-central-1'])
  })

  test('is answered at once, by the same caller, while nothing changes', async () => {
    const { door, credentials } = await issued()
    const first = await door.ask(await sdkRequest({ credentials, at: NOW }))
    const again = door.ask(await sdkRequest({ credentials, at: NOW, body: '{}' }))
    assert.equal(again, first)
    const elsewhere = door.ask(await sdkRequest({ credentials, at: NOW, region: 'us-east-1' }))
    assert.ok(!(elsewhere instanceof Promise))
    assert.equal(elsewhere.session, first.session)
    assert.equal(elsewhere.region, 'us-east-1')
  })

  test('goes on over the day and over more regions than are remembered', async () => {
    const { door, credentials } = await issued()
    for (let number = 0; number < 70; number++) {
      const at = NOW + number * DAY_MS
      door.keep.clock.at = at
      const region = `eu-west-${number % 50}`
      assert.equal((await door.ask(await sdkRequest({ credentials, at, region }))).region, region)
    }
  })

  test('of another service is refused', async () => {
    const { door, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW, service: 'kms-xks-proxy' })
    await door.refused('out-of-scope', request)
  })

  test('is refused when it is old', async () => {
    const { door, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW })
    await door.ask(request)
    door.keep.clock.at = NOW + 16 * 60_000
    await door.refused('not-current', request)
  })
})

describe('an access key ends', () => {
  test('when it is revoked', async () => {
    const { door, token, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW })
    const { session } = await door.ask(request)
    await door.keep.revoke(token)
    assert.equal(door.keep.authenticator.isCurrent(session), false)
    await door.refused('unauthenticated', request)
  })

  test('with its principal, and comes back with it', async () => {
    const { door, principal, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW })
    await door.ask(request)
    await door.keep.putPrincipal({ ...principal, disabled: true })
    await door.refused('unauthenticated', request)
    await door.keep.putPrincipal(principal)
    await door.ask(request)
  })

  test('with its tenant', async () => {
    const { door, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW })
    await door.ask(request)
    await door.keep.putTenant(DEFAULT_TENANT, 'disabled' as never)
    await door.refused('unauthenticated', request)
  })

  test('on its date, which the caller is told', async () => {
    const { door, principal } = await issued()
    const expiresAt = NOW + 60_000
    const { credentials } = await door.issue(principal, 'temporary', { expiresAt })
    await door.ask(await sdkRequest({ credentials, at: NOW }))
    door.keep.clock.at = expiresAt
    const error = await door.refused(
      'unauthenticated',
      await sdkRequest({ credentials, at: expiresAt }),
    )
    assert.ok(isKeeperError(error) && error.details['expired'] === true)
  })

  test('with the seal: what was derived is wiped, and the caller is told why', async () => {
    const { door, credentials } = await issued()
    const request = await sdkRequest({ credentials, at: NOW })
    const { session } = await door.ask(request)
    const login = await door.keep.authenticator.bySharedSecret(credentials.accessKeyId)
    const bytes = login.secret.exposeBytes()
    door.keep.authenticator.clear()
    door.signatures.clear()
    assert.ok(login.secret.isWiped && bytes.every((byte) => byte === 0))
    assert.equal(door.keep.authenticator.isCurrent(session), false)
    door.sealed = true
    const unknown = { ...credentials, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    await door.refused('sealed', await sdkRequest({ credentials: unknown, at: NOW }))
  })
})

describe('temporary access keys', () => {
  test('need their own session token', async () => {
    const { door, principal, credentials } = await issued('temporary')
    await door.ask(await sdkRequest({ credentials, at: NOW }))
    const other = await door.issue(principal, 'temporary')
    for (const sessionToken of [undefined, 'made up', other.credentials.sessionToken]) {
      const { sessionToken: _own, ...pair } = credentials
      const forged = { ...pair, ...(sessionToken !== undefined && { sessionToken }) }
      await door.refused('unauthenticated', await sdkRequest({ credentials: forged, at: NOW }))
    }
  })

  test('and lasting ones take none', async () => {
    const { door, credentials } = await issued()
    const forged = { ...credentials, sessionToken: 'made up' }
    await door.refused('unauthenticated', await sdkRequest({ credentials: forged, at: NOW }))
  })
})

describe('strangers', () => {
  test('of another tenant are unknown here', async () => {
    const { door } = await issued()
    const tenant = 'other' as TenantId
    await door.keep.putTenant(tenant)
    const stranger = await door.keep.putPrincipal(samplePrincipal(7, { tenant }))
    const { credentials } = await door.issue(stranger)
    await door.refused('unauthenticated', await sdkRequest({ credentials, at: NOW }))
  })

  test('cannot sign by the secret of somebody else, nor as them', async () => {
    const { door, principal, credentials } = await issued()
    const other = await door.issue(await door.keep.putPrincipal(samplePrincipal(2)))
    const crossed = { ...credentials, secretAccessKey: other.credentials.secretAccessKey }
    await door.refused('mismatch', await sdkRequest({ credentials: crossed, at: NOW }))
    // The hash of a bearer token is the name of its record: it is no access key.
    const { token } = await door.keep.putToken(principal)
    const named = { accessKeyId: token.hash ?? '', secretAccessKey: 'x' }
    await door.refused('unauthenticated', await sdkRequest({ credentials: named, at: NOW }))
  })

  test('may fail so often and no more, with known access keys as with unknown ones', async () => {
    for (const accessKeyId of [undefined, 'AKIAIOSFODNN7EXAMPLE']) {
      const door = await Door.open(5)
      const { credentials } = await door.issue(await door.keep.putPrincipal(samplePrincipal(1)))
      const wrong = {
        accessKeyId: accessKeyId ?? credentials.accessKeyId,
        secretAccessKey: 'wrong',
      }
      const request = await sdkRequest({ credentials: wrong, at: NOW })
      const code = accessKeyId === undefined ? 'mismatch' : 'unauthenticated'
      for (let count = 0; count < 5; count++) await door.refused(code, request)
      await door.refused('rate-limited', request)
      await door.refused(code, request, '198.51.100.9')
    }
  })

  test('do not shut out those who sign rightly from the same address', async () => {
    const door = await Door.open(2)
    const { credentials } = await door.issue(await door.keep.putPrincipal(samplePrincipal(1)))
    const right = await sdkRequest({ credentials, at: NOW })
    await door.ask(right)
    const forged = { ...credentials, secretAccessKey: 'wrong' }
    const wrong = await sdkRequest({ credentials: forged, at: NOW })
    for (const code of ['mismatch', 'mismatch', 'rate-limited']) await door.refused(code, wrong)
    await door.ask(right)
  })
})
