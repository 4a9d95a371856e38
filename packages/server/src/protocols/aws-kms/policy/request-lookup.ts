import type { AwsAuthorization } from '../authorization-request.ts'
import type { AwsCall } from '../call.ts'
import type { AwsKey } from '../key-reference.ts'
import { awsWordsOf } from '../key-spec.ts'
import type { Lookup } from './lookup.ts'
import { isRoot } from './principal.ts'
import { requestCondition, requestTagKeys, requestTags } from './request-conditions.ts'

type Values = readonly string[] | undefined

const ENCRYPTION_CONTEXT = 'kms:encryptioncontext:'
const RESOURCE_TAG = 'aws:resourcetag/'
const REQUEST_TAG = 'aws:requesttag/'

/** Older names of condition keys (Developer Guide, "AWS KMS condition keys": deprecated ones still work). */
const RENAMED: Readonly<Record<string, string>> = {
  'kms:customermasterkeyspec': 'kms:keyspec',
  'kms:customermasterkeyusage': 'kms:keyusage',
}

/**
 * The context of one request: each value is made when a policy asks for it. `aliases` are those of the key,
 * in its region.
 */
export function requestLookup(
  call: AwsCall,
  authorization: AwsAuthorization,
  aliases: readonly string[],
): Lookup {
  let given: ReadonlyMap<string, Values> | undefined
  return (asked) => {
    const name = RENAMED[asked] ?? asked
    given ??= lowerCased(authorization.conditions)
    const own = given.get(name)
    if (own !== undefined) return own
    if (name.startsWith('aws:')) return globalCondition(call, authorization.key, name)
    return (
      contextCondition(authorization.encryptionContext, name) ??
      requestCondition(authorization.action, name, call.input) ??
      keyCondition(call, authorization.key, aliases, name)
    )
  }
}

function lowerCased(conditions: AwsAuthorization['conditions'] = {}): ReadonlyMap<string, Values> {
  return new Map(
    Object.entries(conditions).map(([name, value]) => [
      name.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  )
}

/** IAM User Guide, "AWS global condition context keys": those that mean something here; the rest are absent. */
function globalCondition(call: AwsCall, key: AwsKey | undefined, name: string): Values {
  if (name.startsWith(RESOURCE_TAG)) return tagValues(key?.document.tags ?? [], name, RESOURCE_TAG)
  if (name.startsWith(REQUEST_TAG)) return tagValues(requestTags(call.input), name, REQUEST_TAG)
  const root = isRoot(call)
  switch (name) {
    case 'aws:principalarn':
      return [call.arn]
    case 'aws:principalaccount':
    case 'aws:resourceaccount':
      return [call.account]
    case 'aws:principaltype':
      return [root ? 'Account' : 'User']
    case 'aws:username':
      return root ? undefined : [call.arn.slice(call.arn.indexOf('/') + 1)]
    case 'aws:userid':
      return [root ? call.account : call.session.principal]
    case 'aws:sourceip':
      return call.request.peer === '' ? undefined : [call.request.peer]
    case 'aws:securetransport':
      return call.secureTransport === undefined ? undefined : [String(call.secureTransport)]
    case 'aws:currenttime':
      return [new Date(call.ports.now()).toISOString()]
    case 'aws:epochtime':
      return [String(Math.floor(call.ports.now() / 1_000))]
    case 'aws:requestedregion':
      return [call.region]
    case 'aws:principalisawsservice':
    case 'aws:viaawsservice':
      return ['false']
    case 'aws:tagkeys':
      return requestTagKeys(call.input)
    default:
      return undefined
  }
}

function tagValues(
  tags: readonly { readonly TagKey: string; readonly TagValue: string }[],
  name: string,
  prefix: string,
): Values {
  const wanted = name.slice(prefix.length)
  return tags
    .filter(({ TagKey: key }) => key.toLowerCase() === wanted)
    .map(({ TagValue: value }) => value)
}

/** The name of the pair is not case sensitive in the name of the condition key; its value is. */
function contextCondition(context: AwsAuthorization['encryptionContext'], name: string): Values {
  if (context === undefined) return undefined
  if (name === 'kms:encryptioncontextkeys') return Object.keys(context)
  if (!name.startsWith(ENCRYPTION_CONTEXT)) return undefined
  const wanted = name.slice(ENCRYPTION_CONTEXT.length)
  return Object.entries(context)
    .filter(([key]) => key.toLowerCase() === wanted)
    .map(([, value]) => value)
}

/** What is known of the key itself, and of the name the request called it by. */
function keyCondition(
  call: AwsCall,
  key: AwsKey | undefined,
  aliases: readonly string[],
  name: string,
): Values {
  if (name === 'kms:calleraccount') return [call.account]
  if (key === undefined) return undefined
  const { document, alias, region } = key
  switch (name) {
    case 'kms:keyspec':
      return wordOf(call, key, 'keySpec')
    case 'kms:keyusage':
      return wordOf(call, key, 'keyUsage')
    case 'kms:keyorigin':
      return [document.origin]
    case 'kms:multiregion':
      return [String(document.multiRegion !== undefined)]
    case 'kms:multiregionkeytype':
      if (document.multiRegion === undefined) return undefined
      return [document.multiRegion.primary === region ? 'PRIMARY' : 'REPLICA']
    case 'kms:requestalias':
      return alias === undefined ? undefined : [alias]
    case 'kms:resourcealiases':
      return aliases
    default:
      return undefined
  }
}

function wordOf({ ports, session }: AwsCall, { id }: AwsKey, word: 'keySpec' | 'keyUsage'): Values {
  const loaded = ports.keeper.keys.peek(session.tenant, id)
  const value = loaded === undefined ? undefined : awsWordsOf(loaded.key)?.[word]
  return value === undefined ? undefined : [value]
}
