// When self-tests run: each mechanism's known-answer test before that mechanism's first use (FIPS 140-3 §10.3.4,
// IG 10.3.A: conditional algorithm self-test), all of them at the operator's word. A mechanism whose test failed
// refuses service for the life of the process.
import { CryptoError } from '../error.ts'
import { type Mechanism, mechanismNames } from '../mechanism.ts'
import { knownAnswerTest } from './known-answer.ts'

type Status = 'untested' | 'passed' | 'failed'

const statuses = new Map<Mechanism, Status>(mechanismNames.map((name) => [name, 'untested']))

/** Refuses the mechanism unless its known-answer test has passed, running it the first time. */
export function assertSelfTested(mechanism: Mechanism): void {
  const status = statuses.get(mechanism)
  if (status === 'passed') return
  if (status === 'untested' && runTest(mechanism)) return
  throw new CryptoError('self-test-failed', `mechanism ${mechanism} failed its self-test; restart`)
}

export type SelfTestReport = {
  readonly passed: readonly Mechanism[]
  readonly failed: readonly Mechanism[]
}

/** Runs every known-answer test anew, tens of milliseconds in all; a mechanism that failed stays failed. */
export function runSelfTests(): SelfTestReport {
  const passed: Mechanism[] = []
  const failed: Mechanism[] = []
  for (const mechanism of mechanismNames) {
    const healthy = statuses.get(mechanism) !== 'failed' && runTest(mechanism)
    if (healthy) passed.push(mechanism)
    else failed.push(mechanism)
  }
  return { passed, failed }
}

/** What is known of each mechanism without running anything. */
export function selfTestStatus(mechanism: Mechanism): Status {
  return statuses.get(mechanism) ?? 'failed'
}

/** Forgets results, for tests of this package only. */
export function forgetSelfTests(): void {
  for (const mechanism of mechanismNames) statuses.set(mechanism, 'untested')
}

function runTest(mechanism: Mechanism): boolean {
  let passed = false
  try {
    passed = knownAnswerTest(mechanism)
  } catch {
    // A primitive that throws on its known answer has failed its test.
  }
  statuses.set(mechanism, passed ? 'passed' : 'failed')
  return passed
}
