import * as core from '@claviger/core'
import { askedOf } from './asked.ts'
import type { AwsCall, AwsOperation } from './call.ts'
import { AwsError, UnresolvedError } from './error.ts'
import { OPERATIONS } from './operations.ts'
import { accessDenied, decide } from './policy/decide.ts'
import { identityPolicyOf } from './policy/identity-policy.ts'
import { requestLookup } from './policy/request-lookup.ts'

/** Runs the action that the call names. What the tenant's policy refuses is said in AWS's words. */
export function perform(call: AwsCall): ReturnType<AwsOperation> {
  return (OPERATIONS[call.action] as AwsOperation)(call).catch(async (error: unknown) => {
    const told = error instanceof UnresolvedError ? await unresolved(call, error) : error
    throw inWordsOfAws(call, told)
  })
}

/** The tenant's policy speaks for the account, as an identity policy does. */
function inWordsOfAws(call: AwsCall, error: unknown): unknown {
  if (error instanceof AwsError || !core.isKeeperError(error) || error.code !== 'denied') {
    return error
  }
  const asked = askedOf(call)
  const one = asked.at(error.details['action'] === 'key.re-encrypt-to' ? -1 : 0)
  const action = one?.action ?? permissionOf(call)
  return refusal(call, action, one?.key?.arn ?? one?.resource ?? '*')
}

function refusal(call: AwsCall, action: string, resource: string): AwsError {
  const because = `because no identity-based policy allows the ${action} action`
  return accessDenied({ principal: call, action, resource }, because)
}

/** The one that is asked first. */
const permissionOf = ({ action }: AwsCall): string =>
  `kms:${action === 'ReEncrypt' ? 'ReEncryptFrom' : action}`

/** What decides who may hear that a key is not there: the action itself where it has one operation. */
const OPERATION_OF: Readonly<Record<string, core.DataOperation<never, unknown>>> = {
  Decapsulate: core.decapsulate,
  Decrypt: core.decrypt,
  DeriveSharedSecret: core.agree,
  Encapsulate: core.encapsulate,
  Encrypt: core.encrypt,
  GenerateDataKey: core.generateDataKey,
  GenerateDataKeyPair: core.generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: core.generateDataKeyPair,
  GenerateDataKeyWithoutPlaintext: core.generateDataKey,
  GenerateMac: core.mac,
  ReEncrypt: core.reEncrypt,
  Sign: core.sign,
  Verify: core.verify,
  VerifyMac: core.verifyMac,
}

/**
 * A key that is not there goes the one way in like any other, so that the attempt is recorded, and nobody learns
 * that it is not there who could not have used it.
 */
async function unresolved(call: AwsCall, error: UnresolvedError): Promise<unknown> {
  const { resource } = error
  const identityPolicy = await identityPolicyOf(call)
  const narrow = (): never => {
    const action = permissionOf(call)
    const lookup = requestLookup(call, { action }, [])
    const rules = { keyPolicy: undefined, identityPolicy, grants: [] }
    const verdict = decide(rules, { principal: call, action, resource, lookup })
    throw verdict.allowed
      ? error
      : accessDenied({ principal: call, action, resource }, verdict.because)
  }
  const request = { ...call.request, narrow }
  const { keeper } = call.ports
  const operation = OPERATION_OF[call.action]
  try {
    // INVARIANT: no key is called by an ARN, so that this finds none.
    if (operation === undefined) {
      await keeper.execute(call.session, core.getKey, { key: resource }, request)
    } else await keeper.executeData(call.session, operation, { key: resource, items: [] }, request)
  } catch (refused) {
    const isDenied = core.isKeeperError(refused) && !(refused instanceof AwsError)
    return isDenied && refused.code === 'denied'
      ? refusal(call, permissionOf(call), resource)
      : refused
  }
  return error
}
