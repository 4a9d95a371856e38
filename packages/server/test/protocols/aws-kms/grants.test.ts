import { strict as assert } from 'node:assert'
import { describe, it } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { ACCOUNT, base64, makeAwsWorld, type AwsWorld, type Output, textOf } from './aws-world.ts'

const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`
const ROOT = `arn:aws:iam::${ACCOUNT}:root`

/** Only `admin` may do anything, so that whatever anybody else may do comes from a grant. */
const ADMIN_ONLY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: user('admin') }, Action: 'kms:*', Resource: '*' },
  ],
})

async function keyOf(world: AwsWorld, input: Output = {}): Promise<string> {
  return textOf(await world.call('CreateKey', { Policy: ADMIN_ONLY, ...input }), 'KeyMetadata.Arn')
}

async function worldWithKey(): Promise<{ readonly world: AwsWorld; readonly KeyId: string }> {
  const world = makeAwsWorld()
  return { world, KeyId: await keyOf(world) }
}

const grantsOf = async (world: AwsWorld, input: Output): Promise<readonly Output[]> =>
  (await world.call('ListGrants', input))['Grants'] as readonly Output[]

describe('grants', () => {
  it('let the grantee do what they name, and nothing else', async () => {
    const { world, KeyId } = await worldWithKey()
    const Plaintext = base64('x')
    await world.refused(
      'AccessDeniedException',
      'Encrypt',
      { KeyId, Plaintext },
      {
        as: 'bob',
        message: `User: ${user('bob')} is not authorized to perform: kms:Encrypt on resource: ${KeyId} because no resource-based policy allows the kms:Encrypt action`,
      },
    )
    const made = await world.call('CreateGrant', {
      KeyId,
      GranteePrincipal: user('bob'),
      Operations: ['Encrypt'],
    })
    assert.match(textOf(made, 'GrantId'), /^[0-9a-f]{64}$/)
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext }, { as: 'bob' })
    await world.refused('AccessDeniedException', 'Decrypt', { CiphertextBlob }, { as: 'bob' })
    await world.refused('AccessDeniedException', 'Encrypt', { KeyId, Plaintext }, { as: 'carol' })
    const allowed = world.log.events.filter(({ action }) => action === 'key.encrypt').at(-2)
    assert.deepEqual(allowed?.['policies'], ['test', `aws-kms/grant/${textOf(made, 'GrantId')}`])
  })

  it('hold a grantee to the encryption context of their constraints', async () => {
    const { world, KeyId } = await worldWithKey()
    await world.call('CreateGrant', {
      KeyId,
      GranteePrincipal: user('bob'),
      Operations: ['Encrypt', 'DescribeKey'],
      Constraints: { EncryptionContextSubset: { Department: 'IT' } },
    })
    const Plaintext = base64('x')
    const as = 'bob'
    const right = { Department: 'IT', File: '7' }
    await world.call('Encrypt', { KeyId, Plaintext, EncryptionContext: right }, { as })
    await world.refused('AccessDeniedException', 'Encrypt', { KeyId, Plaintext }, { as })
    const wrong = { Department: 'HR' }
    const input = { KeyId, Plaintext, EncryptionContext: wrong }
    await world.refused('AccessDeniedException', 'Encrypt', input, { as })
    await world.call('DescribeKey', { KeyId }, { as })
  })

  it('are passed on by a grantee in parts only', async () => {
    const { world, KeyId } = await worldWithKey()
    await world.call('CreateGrant', {
      KeyId,
      GranteePrincipal: user('bob'),
      Operations: ['CreateGrant', 'Encrypt'],
      Constraints: { EncryptionContextSubset: { Department: 'IT' } },
    })
    const wish = { KeyId, GranteePrincipal: user('carol'), Operations: ['Encrypt'] }
    const stricter = { EncryptionContextSubset: { Department: 'IT', File: '7' } }
    await world.call('CreateGrant', { ...wish, Constraints: stricter }, { as: 'bob' })
    await world.refused('AccessDeniedException', 'CreateGrant', wish, { as: 'bob' })
    const more = { ...wish, Operations: ['Encrypt', 'Decrypt'], Constraints: stricter }
    await world.refused('AccessDeniedException', 'CreateGrant', more, { as: 'bob' })
  })

  it('are made once for one name and the same parameters, with a new token each time', async () => {
    const { world, KeyId } = await worldWithKey()
    const wish = {
      KeyId,
      GranteePrincipal: user('bob'),
      Operations: ['Encrypt', 'Decrypt'],
      Name: 'once',
    }
    const first = await world.call('CreateGrant', wish)
    const again = await world.call('CreateGrant', { ...wish, Operations: ['Decrypt', 'Encrypt'] })
    assert.equal(again['GrantId'], first['GrantId'])
    assert.notEqual(again['GrantToken'], first['GrantToken'])
    const other = await world.call('CreateGrant', { ...wish, Operations: ['Decrypt'] })
    assert.notEqual(other['GrantId'], first['GrantId'])
    const { Name: _name, ...unnamed } = wish
    await world.call('CreateGrant', unnamed)
    await world.call('CreateGrant', unnamed)
    assert.equal((await grantsOf(world, { KeyId })).length, 4)
  })

  it('are listed page by page, and by id and grantee', async () => {
    const { world, KeyId } = await worldWithKey()
    const ids: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      const wish = { KeyId, GranteePrincipal: user(name), Operations: ['Decrypt'] }
      ids.push(textOf(await world.call('CreateGrant', wish), 'GrantId'))
    }
    const seen: unknown[] = []
    let Marker: unknown
    do {
      const input = { KeyId, Limit: 2, ...(Marker !== undefined && { Marker }) }
      const page = await world.call('ListGrants', input)
      seen.push(...(page['Grants'] as readonly Output[]).map(({ GrantId }) => GrantId))
      Marker = page['NextMarker']
      assert.equal(page['Truncated'], Marker !== undefined)
    } while (Marker !== undefined)
    assert.deepEqual(seen, ids.toSorted())
    const [one] = await grantsOf(world, { KeyId, GranteePrincipal: user('c') })
    assert.equal(one?.['GrantId'], ids[2])
    assert.equal(one?.['KeyId'], KeyId)
    assert.equal(one?.['IssuingAccount'], ROOT)
    assert.deepEqual(one?.['Operations'], ['Decrypt'])
    assert.ok(!('tokenSecret' in (one ?? {})))
    assert.equal((await grantsOf(world, { KeyId, GrantId: ids[0] })).length, 1)
    await world.refused('InvalidMarkerException', 'ListGrants', { KeyId, Marker: 'nonsense' })
    await world.refused('InvalidGrantIdException', 'ListGrants', { KeyId, GrantId: 'nonsense' })
    await world.refused('ValidationException', 'ListGrants', { KeyId, Limit: 101 })
  })

  it('are found by whoever may retire them, over all keys of the region', async () => {
    const { world, KeyId } = await worldWithKey()
    const other = await keyOf(world)
    for (const key of [KeyId, other, KeyId]) {
      const wish = { KeyId: key, GranteePrincipal: user('bob'), Operations: ['Decrypt'] }
      await world.call('CreateGrant', { ...wish, RetiringPrincipal: user('ren') })
    }
    await assert.rejects(
      world.call('CreateGrant', { KeyId, GranteePrincipal: user('bob'), Operations: ['Sign'] }),
    )
    const RetiringPrincipal = user('ren')
    const first = await world.call('ListRetirableGrants', { RetiringPrincipal, Limit: 2 })
    assert.equal((first['Grants'] as readonly Output[]).length, 2)
    const Marker = first['NextMarker']
    const rest = await world.call('ListRetirableGrants', { RetiringPrincipal, Limit: 2, Marker })
    assert.equal((rest['Grants'] as readonly Output[]).length, 1)
    assert.equal(rest['Truncated'], false)
    const elsewhere = { region: 'us-east-1' }
    const none = await world.call('ListRetirableGrants', { RetiringPrincipal }, elsewhere)
    assert.deepEqual(none['Grants'], [])
    await world.refused('InvalidMarkerException', 'ListRetirableGrants', {
      RetiringPrincipal: user('somebody-else'),
      Marker,
    })
    await world.refused('ValidationException', 'ListRetirableGrants', {})
  })

  it('are retired by token or by id, and revoked by whoever the policy lets', async () => {
    const { world, KeyId } = await worldWithKey()
    const wish = { KeyId, GranteePrincipal: user('bob'), Operations: ['Decrypt', 'RetireGrant'] }
    const one = await world.call('CreateGrant', wish)
    const { GrantToken } = one
    await world.refused('InvalidGrantTokenException', 'RetireGrant', { GrantToken: 'AAAA' })
    const forged = `${textOf(one, 'GrantToken').slice(0, -4)}AAA=`
    await world.refused('InvalidGrantTokenException', 'RetireGrant', { GrantToken: forged })
    await world.call('RetireGrant', { GrantToken }, { as: 'bob' })
    await world.refused('InvalidGrantTokenException', 'RetireGrant', { GrantToken }, { as: 'bob' })
    const two = await world.call('CreateGrant', wish)
    const byId = { KeyId, GrantId: two['GrantId'] }
    await world.call('RetireGrant', byId, { as: 'bob' })
    await world.refused('NotFoundException', 'RetireGrant', byId, { as: 'bob' })
    const three = await world.call('CreateGrant', wish)
    const revoked = { KeyId, GrantId: three['GrantId'] }
    await world.refused('AccessDeniedException', 'RevokeGrant', revoked, { as: 'bob' })
    await world.call('RevokeGrant', revoked)
    await world.refused('NotFoundException', 'RevokeGrant', revoked)
    assert.deepEqual(await grantsOf(world, { KeyId }), [])
  })

  it('do nothing in a dry run but say that they would', async () => {
    const { world, KeyId } = await worldWithKey()
    const wish = { KeyId, GranteePrincipal: user('bob'), Operations: ['Decrypt'] }
    await world.refused('DryRunOperationException', 'CreateGrant', { ...wish, DryRun: true })
    assert.deepEqual(await grantsOf(world, { KeyId }), [])
    const RetiringPrincipal = user('admin')
    const { GrantId } = await world.call('CreateGrant', { ...wish, RetiringPrincipal })
    const input = { KeyId, GrantId, DryRun: true }
    await world.refused('DryRunOperationException', 'RevokeGrant', input)
    await world.refused('DryRunOperationException', 'RetireGrant', input)
    await world.refused('AccessDeniedException', 'RevokeGrant', input, { as: 'bob' })
    assert.equal((await grantsOf(world, { KeyId })).length, 1)
  })

  it('take tokens wherever a call may have them, and no others', async () => {
    const { world, KeyId } = await worldWithKey()
    const wish = { KeyId, GranteePrincipal: user('bob'), Operations: ['Encrypt'] }
    const { GrantToken } = await world.call('CreateGrant', wish)
    const input = { KeyId, Plaintext: base64('x') }
    await world.call('Encrypt', { ...input, GrantTokens: [GrantToken] }, { as: 'bob' })
    const wrong = { ...input, GrantTokens: ['AAAA'] }
    await world.refused('InvalidGrantTokenException', 'Encrypt', wrong, { as: 'bob' })
    await world.refused('InvalidGrantTokenException', 'Encrypt', wrong)
  })

  it('refuse what is no grant', async () => {
    const { world, KeyId } = await worldWithKey()
    const good = { KeyId, GranteePrincipal: user('bob'), Operations: ['Decrypt'] }
    const cases: readonly (readonly [string, Output])[] = [
      ['InvalidArnException', { GranteePrincipal: 'bob' }],
      ['InvalidArnException', { GranteePrincipal: '*' }],
      ['InvalidArnException', { GranteePrincipal: user('b*') }],
      ['InvalidArnException', { RetiringPrincipal: 'arn:aws:iam::1:user/x' }],
      ['ValidationException', { GranteePrincipal: null }],
      ['ValidationException', { Operations: [] }],
      ['ValidationException', { Operations: null }],
      ['ValidationException', { Operations: ['ScheduleKeyDeletion'] }],
      ['ValidationException', { Operations: ['Sign'] }],
      ['ValidationException', { Name: 'no spaces' }],
      ['ValidationException', { GranteeServicePrincipal: 's3.amazonaws.com' }],
      ['SerializationException', { Constraints: { EncryptionContextEquals: { a: 1 } } }],
      ['SerializationException', { Constraints: [] }],
      ['ValidationException', { Constraints: { EncryptionContextEquals: { a: 'x'.repeat(385) } } }],
      [
        'ValidationException',
        {
          Constraints: {
            EncryptionContextEquals: Object.fromEntries(
              'abcdefghi'.split('').map((name) => [name, '']),
            ),
          },
        },
      ],
      ['NotFoundException', { KeyId: 'alias/x' }],
      ['NotFoundException', { KeyId: '00000000-0000-7000-8000-000000000000' }],
    ]
    for (const [exception, change] of cases) {
      await world.refused(exception, 'CreateGrant', { ...good, ...change })
    }
    const pair = await keyOf(world, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const onPair = { ...good, KeyId: pair, Operations: ['Sign', 'GetPublicKey'] }
    const Constraints = { EncryptionContextEquals: { a: 'b' } }
    await world.refused('ValidationException', 'CreateGrant', { ...onPair, Constraints })
    await world.call('CreateGrant', onPair)
    await world.call('DisableKey', { KeyId })
    await world.refused('DisabledException', 'CreateGrant', good)
  })

  it('never come from a token that a byte was changed of', async () => {
    const { world, KeyId } = await worldWithKey()
    const wish = { KeyId, GranteePrincipal: user('bob'), Operations: ['Decrypt'] }
    const made = await world.call('CreateGrant', wish)
    const bytes = Buffer.from(textOf(made, 'GrantToken'), 'base64')
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      const input = { GrantToken: changed.toString('base64') }
      await world.refused('InvalidGrantTokenException', 'RetireGrant', input)
    }
  })

  it('are denied where Cedar denies, whatever they allow', async () => {
    const { world, KeyId } = await worldWithKey()
    world.denied.add('key.attach')
    const wish = { KeyId, GranteePrincipal: user('bob'), Operations: ['Decrypt'] }
    await assert.rejects(
      world.call('CreateGrant', wish),
      (error) => isKeeperError(error) && error.code === 'denied',
    )
  })
})
