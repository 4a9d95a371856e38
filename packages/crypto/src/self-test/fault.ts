// The faults a test may plant; nothing in the product calls these. A fault can only make the package refuse.
import type { Mechanism } from '../mechanism.ts'

/** Mechanisms of which the next known-answer test is made to fail. */
export const corruptedTests = new Set<Mechanism>()

/** Whether pairwise-consistency tests are made to fail. */
export const pairwiseFault = { active: false }
