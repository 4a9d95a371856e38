import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import { assertWithinLimits, limitsOf, resolveLimits } from '../../src/key/limits.ts'
import { keyOf } from './key-fixture.ts'

const reached = (error: unknown): boolean => isKeeperError(error) && error.code === 'limit-reached'

describe('limits', () => {
  test('are the lowest of mechanism, key and policy', () => {
    const key = keyOf('symmetric-data-encryption', { limits: { invocationsMax: 1_000 } })
    assert.deepEqual(limitsOf(keyOf('symmetric-data-encryption'), 'aes-gcm'), {
      invocationsMax: 2 ** 32,
    })
    assert.deepEqual(limitsOf(key, 'aes-gcm'), { invocationsMax: 1_000 })
    assert.deepEqual(limitsOf(key, 'aes-gcm', { invocationsMax: 10, bytesMax: 5 }), {
      invocationsMax: 10,
      bytesMax: 5,
    })
  })

  test('never rise above the mechanism', () => {
    const key = keyOf('symmetric-data-encryption', { limits: { invocationsMax: 2 ** 40 } })
    assert.deepEqual(limitsOf(key, 'aes-gcm'), { invocationsMax: 2 ** 32 })
  })

  test('are absent where nothing bounds a use, and remembered', () => {
    const key = keyOf('symmetric-authentication')
    assert.equal(limitsOf(key, 'hmac-sha256'), undefined)
    const bounded = keyOf('symmetric-data-encryption')
    assert.equal(limitsOf(bounded, 'aes-gcm'), limitsOf(bounded, 'aes-gcm'))
    assert.equal(resolveLimits({}, {}), undefined)
  })

  test('admit the last use and refuse the next', () => {
    const limits = { invocationsMax: 2, bytesMax: 10 }
    assertWithinLimits(limits, { invocations: 1, bytes: 4 }, 6)
    assert.throws(() => assertWithinLimits(limits, { invocations: 1, bytes: 4 }, 7), reached)
    assert.throws(() => assertWithinLimits(limits, { invocations: 2, bytes: 0 }, 0), reached)
    assertWithinLimits({ bytesMax: 10 }, { invocations: 9e15, bytes: 0 }, 10)
  })
})
