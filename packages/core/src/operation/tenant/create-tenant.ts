import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import {
  parseName,
  type PrincipalId,
  SYSTEM_TENANT,
  type TenantId,
  type TokenId,
} from '../../id.ts'
import type { Principal, Token } from '../../principal/principal.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { TOKEN_DAYS_MAX } from '../principal/create-token.ts'
import { homeOf } from './credential-home.ts'
import { type DescribedTenant, describeTenant } from './described-tenant.ts'

const ADMINISTRATOR = 'administrator'
const TOKEN_DAYS_DEFAULT = 30

export interface CreateTenantInput {
  readonly name: string
  /** How long the token of its first administrator lives; 30 if absent. */
  readonly tokenDays?: number
}

export interface CreateTenantOutput {
  readonly tenant: DescribedTenant
  /** Its first administrator, who goes on from there and needs nobody above. */
  readonly principal: PrincipalId
  /** That administrator's token: shown this once, stored nowhere. */
  readonly secret: string
}

/** Makes a tenant with keys of its own, and somebody to govern it. */
export const createTenant: ManagementOperation<'tenant', CreateTenantInput, CreateTenantOutput> = {
  action: 'tenant.create',
  target: ({ name }) => ({ kind: 'tenant', ref: name, attributes: {} }),
  run: async (scope, { name: wanted, tokenDays = TOKEN_DAYS_DEFAULT }) => {
    const { ports, now } = scope
    const name = parseName(wanted, 'tenant')
    if (!Number.isSafeInteger(tokenDays) || tokenDays < 1 || tokenDays > TOKEN_DAYS_MAX) {
      throw new KeeperError('invalid-input', `a token lives 1 to ${TOKEN_DAYS_MAX} days`)
    }
    // Before any key is made: the store would refuse the name only afterwards.
    const other = await ports.store.getByName('tenant', SYSTEM_TENANT, name)
    if (other !== undefined) {
      const is = other.value.state.startsWith('shred') ? 'was' : 'is'
      throw new KeeperError('conflict', `there ${is} a tenant \`${name}\` already`)
    }
    const tenant = ports.tenants.createTenant(ports.ids.uuid() as TenantId, name, now)
    const principal: Principal = {
      id: ports.ids.uuid() as PrincipalId,
      tenant: tenant.id,
      name: ADMINISTRATOR,
      kind: 'person',
      roles: ['administrator'],
      disabled: false,
      certificates: [],
      createdAt: now,
    }
    const { secret, hash } = ports.credentials.token()
    const token: Token = {
      id: ports.ids.uuid() as TokenId,
      tenant: tenant.id,
      principal: principal.id,
      description: 'made with the tenant',
      hash,
      scope: {},
      createdAt: now,
      expiresAt: now + tokenDays * DAY_MS,
    }
    const own = { tenant: tenant.id, expected: 0 } as const
    return {
      output: {
        tenant: { ...describeTenant(ports, tenant), revision: 1 },
        principal: principal.id,
        secret,
      },
      puts: [
        { kind: 'tenant', tenant: SYSTEM_TENANT, id: tenant.id, value: tenant, expected: 0 },
        { kind: 'principal', id: principal.id, value: principal, ...own },
        { kind: 'token', id: token.id, value: token, ...own },
        ...homeOf(token, hash),
      ],
      details: { tenant: tenant.id, principal: principal.id, token: token.id },
    }
  },
}
