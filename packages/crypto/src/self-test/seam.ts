// TEST SEAM. Exported as `@claviger/crypto/self-test-seam`; the product must not import it.
import type { Mechanism } from '../mechanism.ts'
import { corruptedTests, pairwiseFault } from './fault.ts'
import { forgetSelfTests } from './state.ts'

export const selfTests = {
  /** Makes the mechanism's known-answer test fail, from its next run on. */
  corrupt(mechanism: Mechanism): void {
    corruptedTests.add(mechanism)
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
