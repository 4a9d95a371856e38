import type { Mechanism, SignMechanism } from '../mechanism.ts'

/** The mechanisms that sign messages and digests by different code (docs/adr/0002-prehashed-signing.md). */
export type DigestMechanism =
  | Exclude<SignMechanism, `ed${string}` | 'ml-dsa' | 'slh-dsa'>
  | 'ml-dsa'

/** A known-answer test: of a mechanism, or of its signatures over digests alone. */
export type SelfTestName = Mechanism | `${DigestMechanism} of digests`

const HAS_DIGEST_TEST = /^(?:rsa-pss|rsa-pkcs1|ecdsa)-|^ml-dsa$/
const SUFFIX = ' of digests'

/** The test that guards a mechanism's signatures over digests, if it is another than the mechanism's own. */
export function digestTestOf(mechanism: Mechanism): SelfTestName | undefined {
  if (!HAS_DIGEST_TEST.test(mechanism)) return undefined
  return `${mechanism as DigestMechanism}${SUFFIX}`
}

/** The mechanism a digest test is of; undefined for the tests of whole mechanisms. */
export function digestMechanismOf(name: SelfTestName): DigestMechanism | undefined {
  if (!name.endsWith(SUFFIX)) return undefined
  return name.slice(0, -SUFFIX.length) as DigestMechanism
}
