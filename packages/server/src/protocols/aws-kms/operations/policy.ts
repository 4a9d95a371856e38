import { getKey } from '@claviger/core'
import type { AwsCall, AwsOperation } from '../call.ts'
import { changeDocument } from '../document-change.ts'
import { notFound } from '../error.ts'
import { resolveKey } from '../key-reference.ts'
import { flag, type Input, optionalText } from '../members.ts'
import { pageEnd, pageOf, readPage } from '../paging.ts'
import { permitted, thenAssert } from '../permitted.ts'
import { defaultKeyPolicy } from '../policy/key-rules.ts'
import { assertPolicyText, lockoutCheck } from '../policy/lockout.ts'
import { text } from '../validation.ts'

/** A key has one policy, of this name (API Reference, GetKeyPolicy). */
const NAME = 'default'
const NAME_LENGTH = { min: 1, max: 128 }
const ANY_LENGTH = { min: 0, max: Number.POSITIVE_INFINITY }
const PAGE = { limit: 100, limitMax: 1_000 }

export const getKeyPolicy: AwsOperation = async (call) => {
  assertPolicyName(call.input)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key)
  await call.ports.keeper.execute(call.session, getKey, { key: key.id }, request)
  return { Policy: key.document.policy ?? defaultKeyPolicy(call.account), PolicyName: NAME }
}

export const listKeyPolicies: AwsOperation = async (call) => {
  const page = readPage(call.input, 'ListKeyPolicies', PAGE)
  const key = await resolveKey(call, call.input['KeyId'], { aliases: false })
  const { request } = await permitted(call, key)
  await call.ports.keeper.execute(call.session, getKey, { key: key.id }, request)
  const { items, next } = pageOf([NAME], (name) => name, page)
  return { PolicyNames: items, ...pageEnd('ListKeyPolicies', next) }
}

export const putKeyPolicy: AwsOperation = async (call) => {
  const { input } = call
  assertPolicyName(input)
  const policy = text(input, 'Policy', ANY_LENGTH)
  assertPolicyText(policy)
  const bypass = flag(input, 'BypassPolicyLockoutSafetyCheck')
  const key = await resolveKey(call, input['KeyId'], { aliases: false })
  const check = await lockoutCheck(call, policy, bypass, key)
  const { request } = await permitted(call, key)
  await changeDocument(call, key, thenAssert(request, check), (document) => ({
    ...document,
    policy,
  }))
  return {}
}

function assertPolicyName(input: AwsCall['input']): void {
  const name = optionalText(input as Input, 'PolicyName', NAME_LENGTH) ?? NAME
  if (name !== NAME) throw notFound('No such policy exists')
}
