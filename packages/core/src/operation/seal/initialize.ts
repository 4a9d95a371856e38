import type { NewSeal, SealMethod } from '../../custody/seal.ts'
import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import { DEFAULT_TENANT, type PrincipalId, SYSTEM_TENANT, type TokenId } from '../../id.ts'
import { assertSeparate } from '../../principal/duties.ts'
import type { Principal, Role, Token } from '../../principal/principal.ts'
import type { Put } from '../../storage/store.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'

/** Somebody who is there from the start, and how long the token lasts that is made for it. */
export interface FirstPrincipal {
  readonly name: string
  readonly roles: readonly Role[]
  readonly tokenDays: number
}

export interface InitializeInput {
  readonly method: SealMethod
  readonly principals: readonly FirstPrincipal[]
}

export interface InitializeOutput extends NewSeal {
  /** The tokens by principal name: shown this once, stored nowhere. */
  readonly tokens: Readonly<Record<string, string>>
}

/**
 * The first act of a keeper: its root key under a seal, its tenant and the people who go on from there.
 * Only once; a keeper that has a root answers `conflict`. Should it stop between the two, the next
 * initialization finds the root, and `completeInitialization` makes the people.
 */
export const initialize: ManagementOperation<'seal', InitializeInput, InitializeOutput> = {
  action: 'seal.initialize',
  target: () => ({ kind: 'seal', ref: 'root' }),
  whileSealed: 'keeper',
  run: async (scope, input) => {
    if (scope.ports.seal.status().initialized) {
      throw new KeeperError('conflict', 'this keeper is initialized already; unseal it')
    }
    for (const { roles } of input.principals) assertSeparate(roles)
    const made = await scope.ports.seal.initialize(input.method)
    return {
      ...(await founders(scope, input.principals, made)),
      details: { kind: input.method.kind },
    }
  },
}

/** Makes tenant and people for a root that is there without them (a crash between the two). */
export const completeInitialization: ManagementOperation<
  'seal',
  Omit<InitializeInput, 'method'>,
  InitializeOutput
> = {
  action: 'seal.initialize',
  target: () => ({ kind: 'seal', ref: 'root' }),
  run: async (scope, input) => {
    const tenant = await scope.ports.store.get('tenant', SYSTEM_TENANT, DEFAULT_TENANT)
    if (tenant !== undefined)
      throw new KeeperError('conflict', 'this keeper has its first tenant already')
    return founders(scope, input.principals, { status: scope.ports.seal.status() })
  },
}

async function founders(
  scope: ManagementScope<'seal'>,
  principals: readonly FirstPrincipal[],
  made: NewSeal,
): Promise<{ output: InitializeOutput; puts: readonly Put[] }> {
  const { ports, now } = scope
  for (const { roles } of principals) assertSeparate(roles)
  // The system is a tenant too: what the keeper keeps for itself (its log's keys) is wrapped under its KEK.
  const puts = [SYSTEM_TENANT, DEFAULT_TENANT].map((id): Put => {
    const value = ports.tenants.createTenant(id, id, now)
    return { kind: 'tenant', tenant: SYSTEM_TENANT, id, value, expected: 0 }
  })
  const tokens: Record<string, string> = {}
  for (const { name, roles, tokenDays } of principals) {
    const { secret, hash } = ports.credentials.token()
    const principal: Principal = {
      id: ports.ids.uuid() as PrincipalId,
      tenant: DEFAULT_TENANT,
      name,
      kind: 'person',
      roles,
      disabled: false,
      certificates: [],
      createdAt: now,
    }
    const token: Token = {
      id: ports.ids.uuid() as TokenId,
      tenant: DEFAULT_TENANT,
      principal: principal.id,
      description: 'made at initialization',
      hash,
      scope: {},
      createdAt: now,
      expiresAt: now + tokenDays * DAY_MS,
    }
    puts.push({
      kind: 'principal',
      tenant: DEFAULT_TENANT,
      id: principal.id,
      value: principal,
      expected: 0,
    })
    puts.push({ kind: 'token', tenant: DEFAULT_TENANT, id: token.id, value: token, expected: 0 })
    tokens[name] = secret
  }
  return { output: { ...made, tokens }, puts }
}
