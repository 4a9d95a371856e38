// The faults a test may plant; nothing in the product calls these. A fault can only make the package refuse.
import type { SelfTestName } from './self-test-name.ts'

/** The known-answer tests of which the next run is made to fail. */
export const corruptedTests = new Set<SelfTestName>()

/** Whether pairwise-consistency tests are made to fail. */
export const pairwiseFault = { active: false }
