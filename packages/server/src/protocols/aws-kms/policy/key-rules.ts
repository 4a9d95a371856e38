import type { KeyId, MaybePromise, Stored } from '@claviger/core'
import type { AwsCall } from '../call.ts'
import type { KeyDocument } from '../key-document.ts'
import type { Grant } from './grant.ts'
import { parsePolicy, type Policy } from './policy-document.ts'
import { rootArn } from './principal.ts'

/** What AWS gives a key that is made without a policy, character for character. */
export function defaultKeyPolicy(account: string): string {
  return `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "${rootArn(account)}"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`
}

const ofDocument = new WeakMap<KeyDocument, Policy>()
const ofAccount = new Map<string, Policy>()
const ACCOUNTS_MAX = 1_000

/** Read once for each document as it is stored: another revision is another object. */
export function keyPolicyOf(document: KeyDocument, account: string): Policy {
  const { policy: text } = document
  if (text === undefined) return defaultPolicyOf(account)
  let policy = ofDocument.get(document)
  if (policy === undefined) ofDocument.set(document, (policy = parsePolicy(text, 'key')))
  return policy
}

function defaultPolicyOf(account: string): Policy {
  let policy = ofAccount.get(account)
  if (policy === undefined) {
    if (ofAccount.size >= ACCOUNTS_MAX) ofAccount.clear()
    ofAccount.set(account, (policy = parsePolicy(defaultKeyPolicy(account), 'key')))
  }
  return policy
}

/** What is kept beside a key and has a say in its use. */
export interface KeyRecords {
  readonly grants: readonly Grant[]
  readonly aliases: readonly string[]
}

type All = readonly Stored<'attachment'>[]

const ofAttachments = new WeakMap<All, Map<string, KeyRecords>>()

/** The grants and aliases of a key in one region; synchronous once they have been read. */
export function keyRecords(
  { ports, session }: Pick<AwsCall, 'ports' | 'session'>,
  region: string,
  key: KeyId,
): MaybePromise<KeyRecords> {
  const all = ports.keeper.attachments.ofKey(session.tenant, key)
  return all instanceof Promise ? all.then((read) => sorted(read, region)) : sorted(all, region)
}

function sorted(all: All, region: string): KeyRecords {
  let regions = ofAttachments.get(all)
  if (regions === undefined) ofAttachments.set(all, (regions = new Map()))
  let records = regions.get(region)
  if (records === undefined) {
    const grants = `aws-kms/grant/${region}/`
    const aliases = `aws-kms/alias/${region}/`
    records = {
      grants: all.filter(({ id }) => id.startsWith(grants)).map(grantOf),
      aliases: all
        .filter(({ id }) => id.startsWith(aliases))
        .map(({ id }) => id.slice(aliases.length)),
    }
    regions.set(region, records)
  }
  return records
}

export function grantOf(stored: Stored<'attachment'>): Grant {
  return stored.value.body as unknown as Grant
}
