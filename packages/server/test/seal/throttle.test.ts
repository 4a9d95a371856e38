import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { Throttle } from '../../src/seal/throttle.ts'

function fixture(peersMax?: number) {
  const clock = { time: 0, now: () => clock.time }
  const throttle = new Throttle(clock, peersMax)
  const fail = (peer: string, times: number): void => {
    for (let time = 0; time < times; time++) throttle.fail(peer)
  }
  return { clock, throttle, fail }
}

test('the wait doubles from the fifth failure on, to five minutes at most', () => {
  const { clock, throttle, fail } = fixture()
  fail('10.0.0.1', 4)
  throttle.assertOpen('10.0.0.1')
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    throttle.fail('10.0.0.1')
    clock.time += seconds * 1000 - 1
    assert.throws(() => throttle.assertOpen('10.0.0.1'), { code: 'rate-limited' })
    clock.time += 1
    throttle.assertOpen('10.0.0.1')
  }
})

test('a success forgives', () => {
  const { throttle, fail } = fixture()
  fail('10.0.0.1', 4)
  throttle.succeed('10.0.0.1')
  fail('10.0.0.1', 4)
  throttle.assertOpen('10.0.0.1')
})

test('many peers are remembered only so far, and the latest longest', () => {
  const { throttle, fail } = fixture(2)
  fail('10.0.0.1', 6)
  fail('10.0.0.2', 6)
  fail('10.0.0.1', 1)
  fail('10.0.0.3', 1)
  throttle.assertOpen('10.0.0.2')
  assert.throws(() => throttle.assertOpen('10.0.0.1'), { code: 'rate-limited' })
})
