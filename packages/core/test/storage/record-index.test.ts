import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_TENANT, indexOf, KEY_STATES, type KeyState } from '@claviger/core'
import { sampleId, sampleKey, sampleVersion } from '@claviger/testkit'

describe('indexOf', () => {
  test('a key is found by name, due date and what lists filter by', () => {
    const key = sampleKey(DEFAULT_TENANT, 1, { owner: 'ops', labels: { team: 'a', env: 'prod' } })
    assert.deepEqual(indexOf('key', key), {
      name: 'key-1',
      facets: [
        'state=active',
        'spec=aes-256',
        'purpose=encrypt',
        'owner=ops',
        'label:team=a',
        'label:env=prod',
      ],
    })
    const doomed = sampleKey(DEFAULT_TENANT, 1, {
      destroyAt: 7,
      suspension: { at: 1, reason: 'lost laptop' },
    })
    const index = indexOf('key', doomed)
    assert.equal(index.due, 7)
    assert.ok(index.facets.includes('destruction=scheduled'))
    assert.ok(index.facets.includes('suspended=yes'))
  })

  test('a version is due at the date that next changes its state, and at no other', () => {
    const dates = { activateAt: 10, protectUntil: 20, processUntil: 30 }
    const due = Object.fromEntries(
      KEY_STATES.map((state: KeyState) => [
        state,
        indexOf('key-version', sampleVersion(DEFAULT_TENANT, 1, 1, { ...dates, state })).due,
      ]),
    )
    assert.deepEqual(due, {
      'pre-active': 10,
      active: 20,
      suspended: undefined,
      deactivated: undefined,
      compromised: undefined,
      destroyed: undefined,
    })
    const version = sampleVersion(DEFAULT_TENANT, 1, 1)
    assert.equal(indexOf('key-version', version).parent, sampleId(1))
  })

  test('never holds an undefined member, which has no canonical form', () => {
    const index = indexOf('key-version', sampleVersion(DEFAULT_TENANT, 1, 1))
    assert.ok(!Object.values(index).includes(undefined))
  })
})
