import { type Condition, parseConditions } from './condition.ts'
import { malformed, syntaxError } from './malformed.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { parsePrincipal, type PrincipalElement } from './principal.ts'

export type PolicyKind = 'key' | 'identity'

/** A statement, read once and evaluated often. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny'
  /** In key policies; `negated` is `NotPrincipal`. */
  readonly principal?: { readonly negated: boolean; readonly element: PrincipalElement }
  /** Lower case: actions are not case sensitive. */
  readonly actions: { readonly negated: boolean; readonly patterns: readonly Pattern[] }
  readonly resources: { readonly negated: boolean; readonly patterns: readonly Pattern[] }
  readonly conditions: readonly Condition[]
}

export interface Policy {
  readonly statements: readonly Statement[]
}

/** KMS: "key policy document size", 32 KB. Identity policies are given the same room. */
export const POLICY_BYTES_MAX = 32_768
const VERSIONS = ['2012-10-17', '2008-10-17']
const DOCUMENT_MEMBERS = ['Version', 'Id', 'Statement']
const STATEMENT_MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]
const ACTION = /^(?:\*|[a-z0-9-]+:[a-z0-9*?]+)$/i
const NAME_LENGTH_MAX = 256

/**
 * Reads a policy (IAM User Guide, "Grammar of the IAM JSON policy language"). Throws
 * `MalformedPolicyDocumentException`, and nothing else, for whatever is none.
 */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  if (text.length > POLICY_BYTES_MAX) throw malformed('The policy is too long.')
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    throw malformed('This policy contains invalid Json')
  }
  const members = membersOf(document, DOCUMENT_MEMBERS)
  const version = members['Version'] ?? '2008-10-17'
  if (typeof version !== 'string' || !VERSIONS.includes(version)) {
    throw malformed('The policy must contain a valid version string')
  }
  if (members['Id'] !== undefined) assertName(members['Id'])
  const statement = members['Statement']
  if (statement === undefined) throw malformed('Missing required field Statement')
  const list: readonly unknown[] = Array.isArray(statement) ? statement : [statement]
  if (list.length === 0) throw malformed('Missing required field Statement')
  const sids = new Set<string>()
  const variables = version === '2012-10-17'
  return { statements: list.map((one) => parseStatement(one, { kind, variables, sids })) }
}

interface Reading {
  readonly kind: PolicyKind
  readonly variables: boolean
  readonly sids: Set<string>
}

function parseStatement(value: unknown, { kind, variables, sids }: Reading): Statement {
  const members = membersOf(value, STATEMENT_MEMBERS)
  const sid = members['Sid']
  if (sid !== undefined) {
    const name = assertName(sid)
    if (name !== '' && sids.has(name)) {
      throw malformed('Statement IDs (SID) in a single policy must be unique.')
    }
    sids.add(name)
  }
  const effect = members['Effect']
  if (effect === undefined) throw malformed('Missing required field Effect')
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformed(`Invalid effect: ${JSON.stringify(effect).slice(0, 64)}`)
  }
  const principal = parsePrincipals(members, kind)
  const actions = textsOf(either(members, 'Action', 'Policy statement must contain actions.'))
  for (const action of actions) {
    if (!ACTION.test(action)) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.')
    }
  }
  const resources = textsOf(either(members, 'Resource', 'Policy statement must contain resources.'))
  for (const resource of resources) {
    if (resource === '' || (!/^[*?]/.test(resource) && !resource.startsWith('arn:'))) {
      throw malformed(`Resource ${resource.slice(0, 128)} must be in ARN format or "*".`)
    }
  }
  const wild = { wildcards: true, variables: false }
  return {
    effect,
    ...(principal !== undefined && { principal }),
    actions: {
      negated: members['NotAction'] !== undefined,
      patterns: actions.map((action) => compilePattern(action.toLowerCase(), wild)),
    },
    resources: {
      negated: members['NotResource'] !== undefined,
      patterns: resources.map((one) => compilePattern(one, { wildcards: true, variables })),
    },
    conditions: parseConditions(members['Condition'], variables),
  }
}

function parsePrincipals(
  members: Readonly<Record<string, unknown>>,
  kind: PolicyKind,
): Statement['principal'] {
  const { Principal: is, NotPrincipal: isNot } = members
  if (kind === 'identity') {
    if (is === undefined && isNot === undefined) return undefined
    throw malformed('Policy document should not specify a principal.')
  }
  if (is === undefined && isNot === undefined) {
    throw malformed('Policy contains a statement with no principal.')
  }
  if (is !== undefined && isNot !== undefined) throw syntaxError()
  return { negated: is === undefined, element: parsePrincipal(is ?? isNot) }
}

/** `Action` or `NotAction`, and never both. */
function either(
  members: Readonly<Record<string, unknown>>,
  name: 'Action' | 'Resource',
  missing: string,
): unknown {
  const is = members[name]
  const isNot = members[`Not${name}`]
  if (is !== undefined && isNot !== undefined) throw syntaxError()
  if (is === undefined && isNot === undefined) throw malformed(missing)
  const value = is ?? isNot
  if (Array.isArray(value) && value.length === 0) throw malformed(missing)
  return value
}

function textsOf(value: unknown): readonly string[] {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
  return texts.map((text) => {
    if (typeof text !== 'string') throw syntaxError()
    return text
  })
}

function assertName(value: unknown): string {
  if (typeof value !== 'string' || value.length > NAME_LENGTH_MAX) throw syntaxError()
  return value
}

function membersOf(value: unknown, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw syntaxError()
  const members: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    if (!known.includes(name) || member === null) throw syntaxError()
    members[name] = member
  }
  return members
}
