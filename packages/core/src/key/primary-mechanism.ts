import type { Key } from './key.ts'
import type { Mechanism } from './mechanism.ts'

/** What a key is used with unless a call says otherwise: the first it names. */
export function primaryMechanism(key: Key): Mechanism {
  return key.mechanisms[0] as Mechanism
}
