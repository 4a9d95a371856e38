import { unsupported } from './error.ts'
import type { OpenKey } from './key.ts'
import { type Mechanism, type MechanismUse, mechanismEntry, mechanisms } from './mechanism.ts'
import type { SelfTestName } from './self-test/self-test-name.ts'
import { assertSelfTested } from './self-test/state.ts'

/**
 * The door of every operation: the mechanism exists, serves this use, takes this key, and has passed its
 * self-test, or the one told.
 */
export function admit(
  key: OpenKey,
  mechanism: Mechanism,
  use: MechanismUse,
  selfTest: SelfTestName = mechanism,
): void {
  if (!Object.hasOwn(mechanisms, mechanism))
    throw unsupported('mechanism is not one this build offers')
  const entry = mechanismEntry(mechanism)
  if (!entry.uses.includes(use)) throw unsupported(`mechanism ${mechanism} does not ${use}`)
  if (!entry.specs.includes(key.spec)) {
    throw unsupported(`mechanism ${mechanism} does not take a key of specification ${key.spec}`)
  }
  assertSelfTested(selfTest)
}
