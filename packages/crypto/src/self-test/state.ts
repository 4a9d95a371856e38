// When self-tests run: each mechanism's known-answer test before that mechanism's first use (FIPS 140-3 §10.3.4,
// IG 10.3.A: conditional algorithm self-test), all of them at the operator's word. A mechanism whose test failed
// refuses service for the life of the process. Signatures over digests are another program than those over
// messages and slow to load: they have tests of their own, so that who signs messages does not wait for them.
import { CryptoError } from '../error.ts'
import { type Mechanism, mechanismNames } from '../mechanism.ts'
import { knownAnswerTest } from './known-answer.ts'
import { digestTestOf, type SelfTestName } from './self-test-name.ts'

type Status = 'untested' | 'passed' | 'failed'

const statuses = new Map<SelfTestName, Status>()
forgetSelfTests()

/** Refuses what the known-answer test guards unless it has passed, running it the first time. */
export function assertSelfTested(name: SelfTestName): void {
  const status = statuses.get(name)
  if (status === 'passed') return
  if (status === 'untested' && runTest(name)) return
  throw new CryptoError('self-test-failed', `mechanism ${name} failed its self-test; restart`)
}

export type SelfTestReport = {
  readonly passed: readonly Mechanism[]
  readonly failed: readonly Mechanism[]
}

/**
 * Runs every known-answer test anew, some hundred milliseconds in all. A mechanism of which one test failed is
 * reported as failed, and what failed stays so.
 */
export function runSelfTests(): SelfTestReport {
  const passed: Mechanism[] = []
  const failed: Mechanism[] = []
  for (const mechanism of mechanismNames) {
    const results = testsOf(mechanism).map(
      (name) => statuses.get(name) !== 'failed' && runTest(name),
    )
    if (results.every(Boolean)) passed.push(mechanism)
    else failed.push(mechanism)
  }
  return { passed, failed }
}

/** What is known of a mechanism without running anything; its signatures over digests count when they failed. */
export function selfTestStatus(mechanism: Mechanism): Status {
  const failed = testsOf(mechanism).some((name) => statuses.get(name) === 'failed')
  return failed ? 'failed' : (statuses.get(mechanism) ?? 'failed')
}

/** Forgets results, for tests of this package only. */
export function forgetSelfTests(): void {
  for (const name of mechanismNames.flatMap(testsOf)) statuses.set(name, 'untested')
}

function testsOf(mechanism: Mechanism): SelfTestName[] {
  const ofDigests = digestTestOf(mechanism)
  return ofDigests === undefined ? [mechanism] : [mechanism, ofDigests]
}

function runTest(name: SelfTestName): boolean {
  let passed = false
  try {
    passed = knownAnswerTest(name)
  } catch {
    // A primitive that throws on its known answer has failed its test.
  }
  statuses.set(name, passed ? 'passed' : 'failed')
  return passed
}
