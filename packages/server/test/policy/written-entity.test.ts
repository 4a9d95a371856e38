import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { CALL, sampleResource, sampleSession, TENANT } from './sample-requests.ts'

test('a decision that hangs on a key written out in a condition is not kept for other keys', () => {
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  const one = sampleResource('key')
  const other = { ...one, id: '0198a5d0-0000-7000-8000-0000000000ff' }
  const text = `permit (principal, action == Action::"key.encrypt", resource is Key)
    when { Key::"${one.id}" has name };`
  authorizer.check(text)
  const document = { tenant: TENANT, name: 'one', text, updatedAt: 0 }
  const may = (resources: readonly (typeof one)[]): readonly boolean[] => {
    authorizer.setPolicies(TENANT, [document])
    const session = sampleSession([])
    return resources.map(
      (resource) => authorizer.decide(session, 'key.encrypt', resource, CALL).allowed,
    )
  }
  const [first] = may([one])
  const [second] = may([other])
  assert.notEqual(first, second, 'the policy tells the two apart')
  assert.deepEqual(may([one, other]), [first, second])
  assert.deepEqual(may([other, one]), [second, first])
})
