import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { FailureLimit } from '../../src/authenticate/failure-limit.ts'
import { StoppedClock } from './sample-principals.ts'

function limit(changes: { peersMax?: number } = {}): {
  clock: StoppedClock
  failures: FailureLimit
  isOpen: (peer: string) => boolean
} {
  const clock = new StoppedClock()
  const failures = new FailureLimit({
    clock,
    failuresMax: 3,
    failureSeconds: 10,
    peersMax: 100,
    ...changes,
  })
  const isOpen = (peer: string): boolean => {
    try {
      failures.assertOpen(peer)
      return true
    } catch (error) {
      assert.ok(isKeeperError(error) && error.code === 'rate-limited')
      assert.ok(Number(error.details['retryAfterSeconds']) >= 1)
      return false
    }
  }
  return { clock, failures, isOpen }
}

describe('the limit on failures', () => {
  test('stays closed until there is room for a whole failure', () => {
    const { clock, failures, isOpen } = limit()
    for (let count = 0; count < 3; count++) failures.count('10.0.0.1')
    for (const waitMs of [1, 5_000, 4_998]) {
      clock.at += waitMs
      assert.equal(isOpen('10.0.0.1'), false)
    }
    clock.at += 1
    assert.equal(isOpen('10.0.0.1'), true)
    failures.count('10.0.0.1')
    clock.at += 1
    assert.equal(isOpen('10.0.0.1'), false)
  })

  test('is not reached by what is taken back', () => {
    const { failures, isOpen } = limit()
    failures.forgive('10.0.0.1')
    for (let count = 0; count < 9; count++) {
      failures.count('10.0.0.1')
      if (count % 3 > 0) failures.forgive('10.0.0.1')
      else assert.equal(isOpen('10.0.0.1'), count < 6)
    }
  })

  test('closes after so many, and opens again with time', () => {
    const { clock, failures, isOpen } = limit()
    for (let count = 0; count < 3; count++) {
      assert.equal(isOpen('10.0.0.1'), true)
      failures.count('10.0.0.1')
    }
    assert.equal(isOpen('10.0.0.1'), false)
    assert.equal(isOpen('10.0.0.2'), true)
    clock.at += 10_000
    assert.equal(isOpen('10.0.0.1'), true)
    failures.count('10.0.0.1')
    assert.equal(isOpen('10.0.0.1'), false)
  })

  test('is no longer however many failures came at once', () => {
    const { clock, failures, isOpen } = limit()
    for (let count = 0; count < 1_000; count++) failures.count('10.0.0.1')
    clock.at += 10_000
    assert.equal(isOpen('10.0.0.1'), true)
  })

  test('counts a site of IPv6 as one, and mapped IPv4 as IPv4', () => {
    const { failures, isOpen } = limit()
    for (const peer of ['2001:db8::1', '2001:0db8:0:0:ffff::2', '2001:DB8::3%eth0']) {
      failures.count(peer)
    }
    assert.equal(isOpen('2001:db8:0:0:1:2:3:4'), false)
    assert.equal(isOpen('2001:db8:0:1::1'), true)
    for (let count = 0; count < 3; count++) failures.count('::ffff:10.0.0.1')
    assert.equal(isOpen('10.0.0.1'), false)
  })

  test('does not count calls that have no address', () => {
    const { failures, isOpen } = limit()
    for (let count = 0; count < 10; count++) failures.count('')
    assert.equal(isOpen(''), true)
  })

  test('remembers so many peers, those that failed last', () => {
    const { failures, isOpen } = limit({ peersMax: 2 })
    for (const peer of ['a', 'b', 'b', 'b', 'a', 'a', 'c']) failures.count(peer)
    assert.equal(isOpen('a'), false)
    assert.equal(isOpen('b'), true)
  })

  test('survives a clock that goes back', () => {
    const { clock, failures, isOpen } = limit()
    for (let count = 0; count < 3; count++) failures.count('10.0.0.1')
    clock.at -= 1_000_000
    assert.equal(isOpen('10.0.0.1'), false)
  })
})
