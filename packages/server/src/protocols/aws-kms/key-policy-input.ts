import type { AwsCall } from './call.ts'
import type { KeyDocument } from './key-document.ts'
import { flag, optionalText } from './members.ts'
import { defaultKeyPolicy } from './policy/key-rules.ts'
import { assertPolicyText, lockoutCheck } from './policy/lockout.ts'

const ANY_LENGTH = { min: 0, max: Number.POSITIVE_INFINITY }

export interface KeyPolicyInput {
  readonly policy?: string
  /** To be run once the call is authorized: the policy can be read, and does not lock its author out. */
  readonly check: () => void
}

/** The `Policy` of CreateKey and ReplicateKey, for a key that is yet to be in the call's region. */
export async function readKeyPolicy(call: AwsCall): Promise<KeyPolicyInput> {
  const policy = optionalText(call.input, 'Policy', ANY_LENGTH)
  const bypass = flag(call.input, 'BypassPolicyLockoutSafetyCheck')
  if (policy === undefined) return { check: () => undefined }
  assertPolicyText(policy)
  return { policy, check: await lockoutCheck(call, policy, bypass) }
}

/** As GetKeyPolicy would answer it. */
export function shownPolicy(
  { account }: Pick<AwsCall, 'account'>,
  { policy }: Pick<KeyDocument, 'policy'>,
): string {
  return policy ?? defaultKeyPolicy(account)
}
