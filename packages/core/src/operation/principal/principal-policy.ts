import { KeeperError } from '../../error.ts'
import type { PrincipalId } from '../../id.ts'
import type { Stored } from '../../storage/store.ts'
import { attachmentWrite } from '../attachment/attachment-write.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'

export interface PrincipalPolicyInput {
  /** Name or id. */
  readonly principal: string
  readonly protocol: string
}

export interface PutPrincipalPolicyInput extends PrincipalPolicyInput {
  /** In the protocol's own language; kept as it is, byte for byte. */
  readonly document: string
}

export interface PrincipalPolicy {
  readonly principal: PrincipalId
  readonly protocol: string
  readonly document: string
}

/** The attachment that it is kept as. */
export function principalPolicyName(protocol: string, principal: PrincipalId): string {
  return `${protocol}/identity-policy/${principal}`
}

/**
 * Says, in a protocol's own language, what somebody may do through that protocol. It narrows what the tenant's
 * policy allows, and never widens it; in force before this returns.
 */
export const putPrincipalPolicy: ManagementOperation<
  'principal',
  PutPrincipalPolicyInput,
  PrincipalPolicy
> = {
  action: 'principal.attach',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: async (scope, { protocol, document }) => {
    const { tenant, now, ports, subject } = scope
    ports.principalPolicies.check(protocol, document)
    const stored = await attached(scope, protocol)
    const principal = subject.value.id
    const name = principalPolicyName(protocol, principal)
    const change = { name, body: { document }, expected: stored?.revision ?? 0 }
    return {
      output: { principal, protocol, document },
      ...attachmentWrite(tenant, undefined, [change], now),
      details: { protocol, created: stored === undefined },
    }
  },
}

export const getPrincipalPolicy: ManagementOperation<
  'principal',
  PrincipalPolicyInput,
  PrincipalPolicy
> = {
  action: 'principal.get',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: async (scope, { protocol }) => {
    const { document } = (await present(scope, protocol)).value.body as { document: string }
    return { output: { principal: scope.subject.value.id, protocol, document } }
  },
}

/** From then on nothing but the tenant's policy, and what the protocol keeps with keys, says what they may. */
export const deletePrincipalPolicy: ManagementOperation<
  'principal',
  PrincipalPolicyInput,
  Omit<PrincipalPolicy, 'document'>
> = {
  action: 'principal.attach',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: async (scope, { protocol }) => {
    const { id: name, revision: expected } = await present(scope, protocol)
    const gone = { name, body: undefined, expected }
    return {
      output: { principal: scope.subject.value.id, protocol },
      ...attachmentWrite(scope.tenant, undefined, [gone], scope.now),
      details: { protocol, deleted: true },
    }
  },
}

function attached(
  { ports, tenant, subject }: ManagementScope<'principal'>,
  protocol: string,
): Promise<Stored<'attachment'> | undefined> {
  return ports.store.get('attachment', tenant, principalPolicyName(protocol, subject.value.id))
}

async function present(
  scope: ManagementScope<'principal'>,
  protocol: string,
): Promise<Stored<'attachment'>> {
  const stored = await attached(scope, protocol)
  if (stored !== undefined) return stored
  const { name } = scope.subject.value
  throw new KeeperError('not-found', `\`${name}\` has no policy for \`${protocol.slice(0, 40)}\``)
}
