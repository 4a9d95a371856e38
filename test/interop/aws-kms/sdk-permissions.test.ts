// The AWS SDK for JavaScript against a started keeper: key policies and grants.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  paginateListGrants,
  paginateListKeyPolicies,
  paginateListRetirableGrants,
} from '@aws-sdk/client-kms'
import { AwsKeeper, bytes, newKey, refused, text } from './aws-keeper.ts'
import { proves } from './proves.ts'

const keeper = await AwsKeeper.start()
await keeper.claviger('administrator', 'principal', 'create', 'alice', '--role', 'user')
await keeper.claviger('administrator', 'principal', 'create', 'bob', '--role', 'user')

const MESSAGE = bytes('attack at dawn')

const seenElsewhere = new Set<string>()
const arnOf = async (name: string): Promise<string> => {
  const KeyId = await newKey(keeper.sdk(seenElsewhere))
  const { KeyMetadata } = await keeper.sdk(seenElsewhere).describeKey({ KeyId })
  return `arn:aws:iam::${KeyMetadata?.AWSAccountId}:user/${name}`
}
const [developer, alice] = [await arnOf('developer'), await arnOf('alice')]
const root = developer.replace(/:user\/.*/, ':root')

const statement = (Principal: string, Action: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Principal: { AWS: Principal },
  Action,
  Resource: '*',
  ...more,
})

const policyOf = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Id: 'test', Statement }, null, 2)

test(
  'keeps a key policy byte for byte, and follows it',
  proves('GetKeyPolicy PutKeyPolicy ListKeyPolicies AccessDeniedException', async (seen) => {
    const kms = keeper.sdk(seen)
    const asAlice = keeper.sdk(seen, { principal: 'alice' })
    const KeyId = await newKey(kms)
    const names: string[] = []
    for await (const page of paginateListKeyPolicies({ client: kms }, { KeyId })) {
      names.push(...(page.PolicyNames ?? []))
    }
    assert.deepEqual(names, ['default'])
    const first = await kms.getKeyPolicy({ KeyId })
    assert.equal(first.PolicyName, 'default')
    const [only] = JSON.parse(first.Policy ?? '{}').Statement
    assert.equal(only.Principal.AWS, root)
    assert.equal(only.Action, 'kms:*')
    const narrow = policyOf(
      statement(developer, 'kms:*'),
      statement(alice, 'kms:Encrypt', {
        Condition: { StringEquals: { 'kms:EncryptionContext:team': 'red' } },
      }),
    )
    const Policy = `${narrow}\n  `
    await kms.putKeyPolicy({ KeyId, PolicyName: 'default', Policy })
    assert.equal((await kms.getKeyPolicy({ KeyId, PolicyName: 'default' })).Policy, Policy)
    const EncryptionContext = { team: 'red' }
    const sealed = await asAlice.encrypt({ KeyId, Plaintext: MESSAGE, EncryptionContext })
    const { CiphertextBlob } = sealed
    const blue = { KeyId, Plaintext: MESSAGE, EncryptionContext: { team: 'blue' } }
    const error = await refused(
      asAlice.encrypt(blue),
      'AccessDeniedException',
      /is not authorized to perform: kms:Encrypt/,
    )
    assert.ok(error.message.includes(alice), error.message)
    const open = asAlice.decrypt({ CiphertextBlob, EncryptionContext })
    await refused(open, 'AccessDeniedException', /kms:Decrypt/)
    const mine = await kms.decrypt({ CiphertextBlob, EncryptionContext })
    assert.equal(text(mine.Plaintext), 'attack at dawn')
  }),
)

test(
  'an explicit deny wins, and nobody locks themselves out by mistake',
  proves(
    'MalformedPolicyDocumentException AccessDeniedException NotFoundException',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const KeyId = await newKey(kms)
      const put = (Policy: string, more: object = {}) =>
        kms.putKeyPolicy({ KeyId, Policy, ...more })
      for (const wrong of ['{', '[]', '{"Version":"2012-10-17"}', policyOf({ Effect: 'Maybe' })]) {
        await refused(put(wrong), 'MalformedPolicyDocumentException')
      }
      await refused(put(policyOf(statement(alice, 'kms:*'))), 'MalformedPolicyDocumentException')
      await put(
        policyOf(statement(root, 'kms:*'), { ...statement('*', 'kms:Encrypt'), Effect: 'Deny' }),
      )
      const call = kms.encrypt({ KeyId, Plaintext: MESSAGE })
      await refused(call, 'AccessDeniedException', /explicit deny/)
      await kms.generateDataKey({ KeyId, KeySpec: 'AES_256' })
      const other = kms.getKeyPolicy({ KeyId, PolicyName: 'other' })
      await refused(other, 'NotFoundException')
      const BypassPolicyLockoutSafetyCheck = true
      await put(policyOf(statement(alice, 'kms:*')), { BypassPolicyLockoutSafetyCheck })
      await refused(kms.describeKey({ KeyId }), 'AccessDeniedException')
    },
  ),
)

const closed = () => policyOf(statement(developer, 'kms:*'))

test(
  'a grant opens a key to one principal, within its constraints, until it is revoked',
  proves(
    'CreateGrant ListGrants RevokeGrant AccessDeniedException NotFoundException',
    async (seen) => {
      const kms = keeper.sdk(seen)
      const asAlice = keeper.sdk(seen, { principal: 'alice' })
      const KeyId = await newKey(kms, { Policy: closed() })
      const EncryptionContext = { team: 'red', more: 'x' }
      const sealed = await kms.encrypt({ KeyId, Plaintext: MESSAGE, EncryptionContext })
      const { CiphertextBlob } = sealed
      const open = (GrantTokens: string[] = []) =>
        asAlice.decrypt({ CiphertextBlob, EncryptionContext, GrantTokens })
      await refused(open(), 'AccessDeniedException')
      const grant = await kms.createGrant({
        KeyId,
        GranteePrincipal: alice,
        Operations: ['Decrypt', 'DescribeKey'],
        Constraints: { EncryptionContextSubset: { team: 'red' } },
        Name: 'reading',
      })
      const { GrantId = '', GrantToken = '' } = grant
      assert.match(GrantId, /^[0-9a-f]{64}$/)
      assert.equal(text((await open([GrantToken])).Plaintext), 'attack at dawn')
      assert.equal(text((await open()).Plaintext), 'attack at dawn')
      await asAlice.describeKey({ KeyId })
      await refused(asAlice.encrypt({ KeyId, Plaintext: MESSAGE }), 'AccessDeniedException')
      const blue = await kms.encrypt({ KeyId, Plaintext: MESSAGE })
      await refused(
        asAlice.decrypt({ CiphertextBlob: blue.CiphertextBlob }),
        'AccessDeniedException',
      )
      const grants = []
      for await (const page of paginateListGrants({ client: kms, pageSize: 1 }, { KeyId })) {
        grants.push(...(page.Grants ?? []))
      }
      assert.equal(grants.length, 1)
      const [listed] = grants
      assert.equal(listed?.GrantId, GrantId)
      assert.equal(listed.GranteePrincipal, alice)
      assert.equal(listed.Name, 'reading')
      assert.deepEqual(listed.Operations, ['Decrypt', 'DescribeKey'])
      assert.deepEqual(listed.Constraints, { EncryptionContextSubset: { team: 'red' } })
      assert.ok(listed.CreationDate && listed.IssuingAccount)
      // The same name and parameters again: the same grant, another token.
      const again = await kms.createGrant({
        KeyId,
        GranteePrincipal: alice,
        Operations: ['Decrypt', 'DescribeKey'],
        Constraints: { EncryptionContextSubset: { team: 'red' } },
        Name: 'reading',
      })
      assert.equal(again.GrantId, GrantId)
      const dry = kms.revokeGrant({ KeyId, GrantId, DryRun: true })
      await refused(dry, 'DryRunOperationException')
      await kms.revokeGrant({ KeyId, GrantId })
      await refused(open(), 'AccessDeniedException')
      await refused(kms.revokeGrant({ KeyId, GrantId }), 'NotFoundException')
    },
  ),
)

test(
  'who may retire a grant does, by its token or its id',
  proves(
    `RetireGrant ListRetirableGrants InvalidGrantTokenException InvalidGrantIdException`,
    async (seen) => {
      const kms = keeper.sdk(seen)
      const asAlice = keeper.sdk(seen, { principal: 'alice' })
      const KeyId = await newKey(kms, { Policy: closed() })
      const { KeyMetadata } = await kms.describeKey({ KeyId })
      const bob = alice.replace(/alice$/, 'bob')
      const make = (Name: string) =>
        kms.createGrant({
          KeyId,
          GranteePrincipal: bob,
          RetiringPrincipal: alice,
          Operations: ['Encrypt'],
          Name,
        })
      const [one, two] = [await make('one'), await make('two')]
      const retirable: string[] = []
      const page = { client: kms, pageSize: 1 }
      for await (const found of paginateListRetirableGrants(page, { RetiringPrincipal: alice })) {
        retirable.push(...(found.Grants ?? []).map(({ GrantId = '' }) => GrantId))
      }
      assert.deepEqual(new Set(retirable), new Set([one.GrantId, two.GrantId]))
      assert.equal(retirable.length, 2)
      const byBob = keeper.sdk(seen, { principal: 'bob' })
      await byBob.encrypt({ KeyId, Plaintext: MESSAGE })
      const { GrantToken } = one
      await asAlice.retireGrant({ GrantToken })
      await asAlice.retireGrant({ KeyId: KeyMetadata?.Arn, GrantId: two.GrantId })
      await refused(byBob.encrypt({ KeyId, Plaintext: MESSAGE }), 'AccessDeniedException')
      await refused(asAlice.retireGrant({ GrantToken: 'nonsense' }), 'InvalidGrantTokenException')
      const GrantId = 'f'.repeat(64)
      await refused(kms.revokeGrant({ KeyId, GrantId: 'x y' }), 'InvalidGrantIdException')
      await refused(kms.revokeGrant({ KeyId, GrantId }), 'NotFoundException')
    },
  ),
)

test(
  'a wrong key, signature or session token is named as AWS names it',
  proves('InvalidSignatureException UnrecognizedClientException', async (seen) => {
    const right = await keeper.credentials()
    const wrong = { ...right, secretAccessKey: `${right.secretAccessKey.slice(0, -1)}_` }
    const bad = keeper.sdk(seen, { credentials: wrong })
    const first = await refused(bad.listKeys({}), 'InvalidSignatureException')
    assert.ok([400, 403].includes(first.$metadata.httpStatusCode ?? 0))
    const unknown = { ...right, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }
    await refused(
      keeper.sdk(seen, { credentials: unknown }).listKeys({}),
      'UnrecognizedClientException',
      /security token included in the request is invalid/,
    )
    const session = keeper.sdk(seen, { credentials: { ...right, sessionToken: 'nonsense' } })
    await refused(session.listKeys({}), 'UnrecognizedClientException')
  }),
)

test(
  'an identity policy that the administrator put narrows what its user may, from one call to the next',
  proves('Encrypt AccessDeniedException', async (seen) => {
    const kms = keeper.sdk(seen)
    const KeyId = await newKey(kms)
    const asAlice = keeper.sdk(seen, { principal: 'alice' })
    const encrypt = () => asAlice.encrypt({ KeyId, Plaintext: MESSAGE })
    await encrypt()
    const file = keeper.server.path('alice.json')
    const denial = { Effect: 'Deny', Action: 'kms:Encrypt', Resource: '*' }
    writeFileSync(file, JSON.stringify({ Version: '2012-10-17', Statement: [denial] }))
    await keeper.claviger('administrator', 'aws', 'policies', 'put', 'alice', file)
    await refused(encrypt(), 'AccessDeniedException', /explicit deny in an identity-based policy/)
    const shown = await keeper.claviger('administrator', 'aws', 'policies', 'get', 'alice')
    assert.equal(shown.trim(), readFileSync(file, 'utf8'))
    writeFileSync(file, '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}')
    const wrong = keeper.claviger('administrator', 'aws', 'policies', 'put', 'alice', file)
    await assert.rejects(wrong, /invalid-input|polic/)
    await refused(encrypt(), 'AccessDeniedException')
    const byDeveloper = keeper.claviger('developer', 'aws', 'policies', 'delete', 'alice')
    await assert.rejects(byDeveloper, /may not principal\.attach/)
    await keeper.claviger('administrator', 'aws', 'policies', 'delete', 'alice')
    await encrypt()
  }),
)
