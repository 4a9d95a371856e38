import type { AwsCall } from './call.ts'
import type { KeyDocument } from './key-document.ts'
import { flag, optionalText } from './members.ts'

const POLICY = { min: 1, max: 131_072 }

/** The `Policy` of CreateKey and ReplicateKey: well-formed, and not locking its own caller out. */
export async function readKeyPolicy({ input }: AwsCall): Promise<string | undefined> {
  const policy = optionalText(input, 'Policy', POLICY)
  flag(input, 'BypassPolicyLockoutSafetyCheck')
  return policy
}

/** As GetKeyPolicy would answer it. */
export function shownPolicy(
  { account }: Pick<AwsCall, 'account'>,
  { policy }: Pick<KeyDocument, 'policy'>,
): string {
  return policy ?? account
}
