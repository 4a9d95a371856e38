// TEST SEAM. Exported as `@claviger/crypto/self-test-seam`; the product must not import it.
import { corruptedTests, pairwiseFault } from './fault.ts'
import type { SelfTestName } from './self-test-name.ts'
import { forgetSelfTests } from './state.ts'

export const selfTests = {
  /** Makes a known-answer test fail, from its next run on. */
  corrupt(name: SelfTestName): void {
    corruptedTests.add(name)
    forgetSelfTests()
  },
  /** Makes every pairwise-consistency test fail until `restore`. */
  corruptPairwise(): void {
    pairwiseFault.active = true
  },
  /** Removes all faults and forgets all results. */
  restore(): void {
    corruptedTests.clear()
    pairwiseFault.active = false
    forgetSelfTests()
  },
}
