import type { RequestContext } from '@claviger/core'
import type { AwsAuthorization } from './authorization-request.ts'
import { noteAsked } from './asked.ts'
import type { AwsCall } from './call.ts'
import { AwsError } from './error.ts'
import { accessDenied, decide, type Rules } from './policy/decide.ts'
import type { GrantRequest } from './policy/grant.ts'
import { readGrantToken } from './policy/grant-token.ts'
import { identityPolicyOf } from './policy/identity-policy.ts'
import { keyPolicyOf, type KeyRecords, keyRecords } from './policy/key-rules.ts'
import type { Policy } from './policy/policy-document.ts'
import { requestLookup } from './policy/request-lookup.ts'

export type { AwsAuthorization } from './authorization-request.ts'

type Narrow = NonNullable<RequestContext['narrow']>
type Resource = Parameters<Narrow>[1]

/** One question, with all that answers it. */
interface Asked {
  readonly authorization: AwsAuthorization
  readonly request: GrantRequest
  readonly rules: Rules
}

/**
 * The request with AWS's rules on it: key policy, identity policy and grants. They are asked inside the one
 * way in, after the tenant's policy has allowed, and can only narrow it. The rules are those that were there
 * when the call came.
 */
export async function authorized(
  call: AwsCall,
  authorization: AwsAuthorization,
): Promise<RequestContext> {
  const all = authorization.also === undefined ? [authorization] : everyPart(authorization)
  noteAsked(call, authorization)
  for (const { grantTokens = [] } of all) {
    for (const token of grantTokens) await readGrantToken(call, token)
  }
  const { told } = authorization
  const request = told === undefined ? call.request : { ...call.request, told }
  const attached = identityPolicyOf(call)
  const identityPolicy = attached instanceof Promise ? await attached : attached
  if (identityPolicy === undefined && all.every(hasDefaultPolicy)) {
    return { ...request, narrow: (_action, resource) => allowedByDefault(all, resource) }
  }
  const asked: Asked[] = []
  for (const one of all) asked.push(await question(call, one, identityPolicy))
  return { ...request, narrow: (_action, resource) => allowedByRules(asked, resource) }
}

function everyPart(authorization: AwsAuthorization): readonly AwsAuthorization[] {
  return [authorization, ...(authorization.also ?? []).flatMap(everyPart)]
}

/**
 * INVARIANT: the default policy gives the account everything, nothing attached to the caller takes any of it
 * away, and the caller is of the account: nothing that is asked of such a key is refused, but to retire a
 * grant, which key policies have no say in.
 */
function hasDefaultPolicy({ key, retires }: AwsAuthorization): boolean {
  return retires === undefined && key?.document.policy === undefined
}

const BY_DEFAULT: readonly string[] = Object.freeze(['aws-kms/default-policy'])

function allowedByDefault(all: readonly AwsAuthorization[], resource: Resource): readonly string[] {
  for (const one of all) if (isAbout(one, resource)) return BY_DEFAULT
  throw notAsked(resource)
}

function allowedByRules(all: readonly Asked[], resource: Resource): readonly string[] {
  if (!all.some(({ authorization }) => isAbout(authorization, resource))) throw notAsked(resource)
  return all.map(({ request, rules }) => {
    const verdict = decide(rules, request)
    if (!verdict.allowed) throw accessDenied(request, verdict.because)
    return `aws-kms/${verdict.by}`
  })
}

/** A key is asked about by its id; the account, and keys that are yet to be, by no key at all. */
function isAbout({ key }: AwsAuthorization, resource: Resource): boolean {
  if (key !== undefined) return resource.id === key.id
  return resource.kind !== 'key' || resource.revision === 0
}

/** Nobody asked AWS's rules about this one: they cannot have allowed it. */
function notAsked({ kind }: Resource): AwsError {
  return new AwsError('AccessDeniedException', `The request does not speak of this ${kind}.`)
}

async function question(
  call: AwsCall,
  authorization: AwsAuthorization,
  identityPolicy: Policy | undefined,
): Promise<Asked> {
  const { key, action, encryptionContext, passed, retires, resource = '*' } = authorization
  const beside = key === undefined ? NOTHING : keyRecords(call, key.region, key.id)
  const { grants, aliases } = beside instanceof Promise ? await beside : beside
  const lookup = requestLookup(call, authorization, aliases)
  return {
    authorization,
    rules: {
      keyPolicy: key === undefined ? undefined : keyPolicyOf(key.document, call.account),
      identityPolicy,
      grants,
    },
    request: {
      principal: call,
      action,
      resource: key?.arn ?? resource,
      lookup,
      encryptionContext,
      passed,
      retires,
    },
  }
}

const NOTHING: KeyRecords = { grants: [], aliases: [] }
