import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from './key-material-story.ts'

/** A protocol's own policy of a principal, from the first to none. */
export function tellPrincipalPolicyStory({ call, ok }: Caller): void {
  test('a principal has a policy for a protocol, in its own language and byte for byte', async () => {
    await ok('/v1/principals', { body: { name: 'app', kind: 'workload', roles: ['user'] } })
    const path = '/v1/principals/app/policies/aws-kms'
    const statement = '{"Effect":"Deny","Action":"kms:Encrypt","Resource":"*"}'
    const document = ` {"Version":"2012-10-17",\n"Statement":[${statement}]}\n`
    assert.equal((await call(path)).status, 404)
    await ok(path, { method: 'PUT', body: { document } })
    await ok(path, { method: 'PUT', body: { document } })
    assert.equal((await ok(path)).body['document'], document)
    const wrong = { method: 'PUT', body: { document: '{"Statement":[{"Effect":"Maybe"}]}' } }
    assert.equal((await call(path, wrong)).body['code'], 'invalid-input')
    const other = '/v1/principals/app/policies/rest'
    assert.equal((await call(other, { method: 'PUT', body: { document } })).status, 400)
    await ok(path, { method: 'DELETE' })
    assert.equal((await call(path, { method: 'DELETE' })).status, 404)
  })
}
