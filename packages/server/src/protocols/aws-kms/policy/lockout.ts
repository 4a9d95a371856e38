import type { AwsCall } from '../call.ts'
import { AwsError } from '../error.ts'
import { type AwsKey, keyArn } from '../key-reference.ts'
import { constraint } from '../members.ts'
import { decide } from './decide.ts'
import { identityPolicyOf } from './identity-policy.ts'
import { malformed } from './malformed.ts'
import { parsePolicy, POLICY_BYTES_MAX } from './policy-document.ts'
import { requestLookup } from './request-lookup.ts'

const LENGTH_MAX = 131_072
/** What the model's pattern leaves out. */
const OTHER_CHARACTER = /[^\t\n\r -\u00FF]/

/** `Policy` of CreateKey, PutKeyPolicy and ReplicateKey: what the model and the quota say of the text. */
export function assertPolicyText(text: string): void {
  if (text.length < 1) throw constraint('Policy', 'have length greater than or equal to 1')
  if (text.length > LENGTH_MAX) {
    throw constraint('Policy', `have length less than or equal to ${LENGTH_MAX}`)
  }
  if (OTHER_CHARACTER.test(text)) {
    throw constraint(
      'Policy',
      'satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
    )
  }
  if (text.length > POLICY_BYTES_MAX) {
    throw new AwsError(
      'LimitExceededException',
      `The key policy is longer than ${POLICY_BYTES_MAX} bytes.`,
    )
  }
}

/**
 * The check of a key policy before it comes into force: it can be read, and its author can still put another
 * one afterwards, unless that was waived (`BypassPolicyLockoutSafetyCheck`). Answers with the check itself,
 * for whoever runs it once the call is authorized; it throws `MalformedPolicyDocumentException`.
 */
export async function lockoutCheck(
  call: AwsCall,
  text: string,
  bypass: boolean,
  key?: AwsKey,
): Promise<() => void> {
  const attached = identityPolicyOf(call)
  const identityPolicy = attached instanceof Promise ? await attached : attached
  return () => {
    const keyPolicy = parsePolicy(text, 'key')
    if (bypass) return
    const authorization = { action: 'kms:PutKeyPolicy', ...(key !== undefined && { key }) }
    const verdict = decide(
      { keyPolicy, identityPolicy, grants: [] },
      {
        principal: call,
        action: authorization.action,
        // The id of a key that is yet to be is nobody's to name.
        resource: key?.arn ?? keyArn(call, call.region, 'new'),
        lookup: requestLookup(call, authorization, []),
      },
    )
    if (verdict.allowed) return
    throw malformed('The new key policy will not allow you to update the key policy in the future.')
  }
}

/** The text and the check at once, for a key that is yet to be. */
export async function assertNotLockedOut(
  call: AwsCall,
  text: string,
  bypass: boolean,
): Promise<void> {
  assertPolicyText(text)
  const check = await lockoutCheck(call, text, bypass)
  check()
}
