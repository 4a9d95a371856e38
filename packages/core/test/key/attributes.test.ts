import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import type { KeyId, PrincipalId, TenantId } from '../../src/id.ts'
import { buildKey, type KeyRequest, parseKeyAttributes } from '../../src/key/attributes.ts'
import { KEY_SPEC_NAMES } from '../../src/key/spec.ts'

const base: KeyRequest = { name: 'orders', spec: 'aes-256' }

function refused(more: Partial<KeyRequest>, message: RegExp): void {
  assert.throws(
    () => parseKeyAttributes({ ...base, ...more }),
    (error) =>
      isKeeperError(error) && error.code === 'invalid-input' && message.test(error.message),
  )
}

describe('key attributes', () => {
  test('have defaults for everything but name and spec', () => {
    assert.deepEqual(parseKeyAttributes(base), {
      name: 'orders',
      spec: 'aes-256',
      purpose: 'encrypt',
      keyType: 'symmetric-data-encryption',
      mechanisms: ['aes-gcm', 'aes-gcm-siv', 'aes-ccm', 'aes-kw', 'aes-kwp'],
      description: '',
      owner: '',
      labels: {},
      exportable: false,
      cryptoperiod: { protectDays: 730, processDays: 1825 },
      limits: {},
    })
  })

  test('have defaults for every spec that is not legacy', () => {
    for (const spec of KEY_SPEC_NAMES.filter((name) => name !== 'hmac-sha1')) {
      assert.ok(parseKeyAttributes({ name: 'k', spec }).mechanisms.length > 0, spec)
    }
    refused({ spec: 'hmac-sha1' }, /name at least one/)
    parseKeyAttributes({ name: 'k', spec: 'hmac-sha1', mechanisms: ['hmac-sha1'] })
  })

  test('refuse a purpose the spec does not have', () => {
    refused({ purpose: 'sign' }, /cannot have purpose `sign`/)
    refused({ purpose: 'toString' }, /unknown purpose/)
    refused({ spec: 'aes-512' }, /unknown key spec/)
    refused({ mechanisms: ['aes-gcm', 'rot13'] }, /unknown mechanism/)
    refused({ name: 'No Spaces' }, /key name/)
  })

  test('bound text and refuse what a terminal would act on', () => {
    refused({ description: 'x'.repeat(1_025) }, /description must be at most 1024/)
    refused({ owner: 'x'.repeat(257) }, /owner/)
    refused({ description: '\u001b[31m' }, /control characters/)
    refused({ owner: 'a\nb' }, /control characters/)
    refused({ description: '\ud800' }, /well-formed/)
    assert.equal(
      parseKeyAttributes({ ...base, description: 'one\n\ttwo' }).description,
      'one\n\ttwo',
    )
  })

  test('bound labels', () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`l${index}`, '']))
    refused({ labels: many }, /at most 64 labels/)
    refused({ labels: { 'a=b': 'c' } }, /label's key/)
    refused({ labels: { '': 'c' } }, /label's key/)
    refused({ labels: { ' a': 'c' } }, /label's key/)
    refused({ labels: { ['a'.repeat(129)]: 'c' } }, /label's key/)
    refused({ labels: Object.fromEntries([['__proto__', 'c']]) }, /label's key/)
    refused({ labels: { a: 'c'.repeat(257) } }, /label's value/)
    const labels = { team: 'Zahlungen', 'aws:ünï code': 'a=b' }
    assert.deepEqual(parseKeyAttributes({ ...base, labels }).labels, labels)
  })

  test('keep the periods of the type in step', () => {
    const periodOf = (more: Partial<KeyRequest>) =>
      parseKeyAttributes({ ...base, ...more }).cryptoperiod
    assert.deepEqual(periodOf({ cryptoperiod: { protectDays: 30 } }), {
      protectDays: 30,
      processDays: 1125,
    })
    assert.deepEqual(periodOf({ cryptoperiod: { protectDays: 36_500 } }), {
      protectDays: 36_500,
      processDays: 36_500,
    })
    assert.deepEqual(periodOf({ spec: 'kdk-256' }), { protectDays: 365, processDays: 0 })
    assert.deepEqual(periodOf({ spec: 'ec-p256' }), { protectDays: 1095, processDays: 3650 })
    assert.deepEqual(periodOf({ cryptoperiod: { protectDays: 'unlimited' } }), {
      protectDays: 'unlimited',
      processDays: 'unlimited',
    })
    assert.deepEqual(periodOf({ cryptoperiod: { processDays: 'unlimited' } }), {
      protectDays: 730,
      processDays: 'unlimited',
    })
    assert.deepEqual(periodOf({ spec: 'kdk-256', cryptoperiod: { protectDays: 'unlimited' } }), {
      protectDays: 'unlimited',
      processDays: 0,
    })
    refused({ cryptoperiod: { protectDays: 'unlimited', processDays: 9 } }, /at least protectDays/)
    for (const protectDays of [0, -1, 1.5, 36_501, Number.NaN]) {
      refused({ cryptoperiod: { protectDays } }, /protectDays must be a whole number/)
    }
    refused({ cryptoperiod: { protectDays: 10, processDays: 9 } }, /at least protectDays/)
    refused({ spec: 'kdk-256', cryptoperiod: { processDays: 9 } }, /no recipient-usage period/)
  })

  test('bound limits', () => {
    for (const invocationsMax of [0, 1.5, 2 ** 53])
      refused({ limits: { invocationsMax } }, /invocationsMax/)
    refused({ limits: { bytesMax: -1 } }, /bytesMax/)
    assert.deepEqual(parseKeyAttributes({ ...base, limits: { bytesMax: 5 } }).limits, {
      bytesMax: 5,
    })
  })

  test('make a key without versions', () => {
    const key = buildKey({
      id: '0190a000-0000-7000-8000-000000000001' as KeyId,
      tenant: 'default' as TenantId,
      attributes: parseKeyAttributes(base),
      origin: 'generated',
      custody: 'software',
      at: 5,
      by: 'alice' as PrincipalId,
    })
    assert.deepEqual(
      [key.currentVersion, key.lastVersion, key.createdAt, key.updatedAt],
      [0, 0, 5, 5],
    )
    assert.deepEqual(JSON.parse(JSON.stringify(key)), key)
  })
})
