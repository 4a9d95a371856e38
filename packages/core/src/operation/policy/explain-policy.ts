import type { PrincipalId, TenantId, TokenId } from '../../id.ts'
import type { Action } from '../../policy/action.ts'
import { type Principal, type Role, ROLES } from '../../principal/principal.ts'
import type { Store } from '../../storage/store.ts'
import { assertLimit, LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { policiesInForce } from './policies-in-force.ts'
import {
  type Asked,
  type AskedCall,
  parseAction,
  principalAsked,
  requestOf,
  resourceAsked,
  sessionOf,
} from './question.ts'

/** How many of a principal's tokens an explanation looks at. */
const TOKENS_MAX = 64

export interface ExplainPolicyInput extends AskedCall {
  readonly action: string
  /** Id or name of what it would be done to; absent for listings, the log and the seal. */
  readonly target?: string
  /** Id or name; absent: everybody who may. */
  readonly principal?: string
  readonly after?: string
  /** How many principals are looked at. */
  readonly limit: number
}

export interface ExplainedToken {
  readonly id: TokenId
  readonly description: string
  readonly allowed: boolean
}

export interface Explanation {
  readonly principal: PrincipalId
  readonly name: string
  readonly kind: Principal['kind']
  readonly roles: readonly Role[]
  readonly groups: readonly string[]
  /** Comes in no more, whatever the policies say. */
  readonly disabled: boolean
  readonly allowed: boolean
  /** The policies that decided; none when nothing permits it. */
  readonly policies: readonly string[]
  /** Any one of these would make it allowed. */
  readonly missingRoles: readonly Role[]
  /** Its tokens that have not ended: a scope may take away what the policies give. */
  readonly tokens: readonly ExplainedToken[]
}

export interface ExplainPolicyOutput {
  readonly action: Action
  readonly target: string
  readonly explanations: readonly Explanation[]
  /** How many principals were looked at. */
  readonly examined: number
  readonly next?: string
  readonly damaged: readonly string[]
}

/** Why a call would be allowed or denied, or who may make it, by the policies in force. */
export const explainPolicy: ManagementOperation<'tenant', ExplainPolicyInput, ExplainPolicyOutput> =
  {
    action: 'policy.explain',
    target: () => ({ kind: 'tenant', ref: 'policies' }),
    run: async (scope, input) => {
      const { ports, tenant } = scope
      assertLimit(input.limit)
      const action = parseAction(input.action)
      const resource = await resourceAsked(ports, scope.keys, tenant, action, input.target)
      const authorizer = ports.policies.rehearse(await policiesInForce(ports.store, tenant))
      const asked: Asked = { authorizer, action, resource, request: requestOf(input) }
      const page = await principalsAsked(ports.store, tenant, input)
      const groups = await groupsOf(ports.store, tenant)
      const explanations: Explanation[] = []
      for (const principal of page.principals) {
        const explanation = await explain(scope, asked, input, principal, groups)
        if (input.principal !== undefined || explanation.allowed) explanations.push(explanation)
      }
      const { next, damaged } = page
      return {
        output: {
          action,
          target: resource.name,
          explanations,
          examined: page.principals.length,
          damaged,
          ...(next !== undefined && { next }),
        },
        details: { asked: action },
      }
    },
  }

interface Principals {
  readonly principals: readonly Principal[]
  readonly next?: string
  readonly damaged: readonly string[]
}

async function principalsAsked(
  store: Store,
  tenant: TenantId,
  { principal, after, limit }: ExplainPolicyInput,
): Promise<Principals> {
  if (principal === undefined) {
    const query = { tenant, limit, ...(after !== undefined && { after }) }
    const { records, ...rest } = await store.list('principal', query)
    return { principals: records.map(({ value }) => value), ...rest }
  }
  return { principals: [await principalAsked(store, tenant, principal)], damaged: [] }
}

/** The names of the groups of each member: a quorum of one may have to approve what a policy allows. */
async function groupsOf(
  store: Store,
  tenant: TenantId,
): Promise<ReadonlyMap<PrincipalId, readonly string[]>> {
  const { records } = await store.list('group', { tenant, limit: LIST_MAX })
  const groups = new Map<PrincipalId, string[]>()
  for (const { value } of records) {
    for (const { principal } of value.members) {
      const names = groups.get(principal)
      if (names === undefined) groups.set(principal, [value.name])
      else names.push(value.name)
    }
  }
  return groups
}

async function explain(
  { ports, tenant, now }: ManagementScope<'tenant'>,
  { authorizer, action, resource, request }: Asked,
  { authentication }: AskedCall,
  principal: Principal,
  groups: ReadonlyMap<PrincipalId, readonly string[]>,
): Promise<Explanation> {
  const session = sessionOf(principal, authentication)
  const { allowed, policies } = authorizer.decide(session, action, resource, request)
  const { id, name, kind, roles, disabled } = principal
  const missing = (role: Role): boolean =>
    !roles.includes(role) &&
    authorizer.decide({ ...session, roles: [...roles, role] }, action, resource, request).allowed
  const query = { tenant, parent: id, limit: TOKENS_MAX, descending: true }
  const { records } = allowed ? await ports.store.list('token', query) : { records: [] }
  const live = records.filter(({ value }) => value.revokedAt === undefined && value.expiresAt > now)
  return {
    principal: id,
    name,
    kind,
    roles,
    groups: groups.get(id) ?? [],
    disabled,
    allowed: allowed && !disabled,
    policies,
    missingRoles: allowed ? [] : ROLES.filter(missing),
    tokens: live.map(({ value }) => {
      const narrowed = sessionOf(principal, authentication, value)
      const { allowed: may } = authorizer.decide(narrowed, action, resource, request)
      return { id: value.id, description: value.description, allowed: may }
    }),
  }
}
