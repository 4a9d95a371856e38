import type { RequestContext } from '@claviger/core'
import { authorized, type AwsAuthorization } from './authorization.ts'
import type { AwsCall } from './call.ts'
import type { AwsKey } from './key-reference.ts'
import { type KeyStatus, statusOf } from './key-status.ts'

/**
 * The request with AWS's rules on it, and with what AWS looks at once they allow: the key's state and the
 * like. Nobody hears of a key's state who may not do the thing at all. `assert` throws an AwsError.
 */
export async function permitted(
  call: AwsCall,
  key: AwsKey,
  {
    assert,
    ...authorization
  }: Omit<AwsAuthorization, 'key' | 'action'> & {
    readonly assert?: (status: KeyStatus) => void
  } = {},
): Promise<{ readonly request: RequestContext; readonly status: KeyStatus }> {
  const action = `kms:${call.action}`
  const request = await authorized(call, { ...authorization, action, key })
  const status = await statusOf(call, key)
  if (assert === undefined) return { request, status }
  return { request: thenAssert(request, () => assert(status)), status }
}

/** `check` runs inside the one way in, when everything that authorizes has allowed. */
export function thenAssert(request: RequestContext, check: () => void): RequestContext {
  return {
    ...request,
    narrow: (action, resource) => {
      const policies = request.narrow?.(action, resource) ?? []
      check()
      return policies
    },
  }
}
