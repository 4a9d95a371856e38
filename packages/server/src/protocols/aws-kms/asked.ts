import type { AwsAuthorization } from './authorization-request.ts'
import type { AwsCall } from './call.ts'

type Asked = Pick<AwsAuthorization, 'action' | 'key' | 'resource'>

/** What a call asked to be allowed, for the words of its refusal; more than one for the two sides of ReEncrypt. */
const askedBy = new WeakMap<AwsCall, readonly Asked[]>()

export function noteAsked(call: AwsCall, asked: Asked): void {
  const before = askedBy.get(call)
  askedBy.set(call, before === undefined ? [asked] : [...before, asked])
}

export function askedOf(call: AwsCall): readonly Asked[] {
  return askedBy.get(call) ?? []
}
