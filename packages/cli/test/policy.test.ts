/** What scripts see of policies that are wrong: the exit status, and where the fault is. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXIT_CODES } from '../src/exit-code.ts'
import { claviger } from './test-environment.ts'

const ASKED = { principal: 'ann', action: 'key.sign', target: 'k', expect: 'allowed' }

test('policy check ends with a status, and tells the place', async () => {
  const fault = { severity: 'error', message: 'unexpected token', line: 3, column: 7 }
  const ran = await claviger(['policy', 'check'], {
    stdin: 'permit (',
    answer: () => [200, { accepted: false, faults: [fault], entry: 1 }],
  })
  assert.equal(ran.exitCode, EXIT_CODES.usage)
  assert.equal(ran.stdout, '3:7: error: unexpected token\n')
})

test('policy test ends with a status when an expectation is not met, and names it', async () => {
  const results = [
    { met: true, decision: 'allowed', policies: ['role:user'] },
    { met: false, decision: 'denied', policies: ['freeze'] },
  ]
  const ran = await claviger(['policy', 'test', '-'], {
    stdin: JSON.stringify([ASKED, { ...ASKED, principal: 'ben' }]),
    answer: () => [200, { results, failed: 1, entry: 1 }],
  })
  assert.equal(ran.exitCode, EXIT_CODES['verification-failed'])
  assert.match(ran.stdout, /^2 +ben +key\.sign +k +denied +freeze$/m)
  assert.doesNotMatch(ran.stdout, /ann/)
  assert.match(ran.stdout, /1 of 2 expectations are met/)
})

test('policy test refuses what is no list of expectations', async () => {
  for (const stdin of ['{}', 'not json']) {
    const ran = await claviger(['policy', 'test', '-'], { stdin, answer: () => [200, {}] })
    assert.equal(ran.exitCode, EXIT_CODES.usage)
    assert.equal(ran.seen.length, 0)
  }
})
