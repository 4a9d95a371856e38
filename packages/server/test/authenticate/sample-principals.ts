import {
  type Clock,
  DEFAULT_TENANT,
  type Principal,
  type PrincipalId,
  SYSTEM_TENANT,
  type Tenant,
  type TenantId,
  type Token,
  type TokenId,
} from '@claviger/core'
import { MemoryStore, put, sampleId } from '@claviger/testkit'
import { Authenticator, type AuthenticatorOptions } from '../../src/authenticate/index.ts'
import { createToken } from '../../src/authenticate/token-text.ts'

export class StoppedClock implements Clock {
  at = 1_000_000

  now(): number {
    return this.at
  }
}

export function samplePrincipal(number: number, changes: Partial<Principal> = {}): Principal {
  return {
    id: sampleId(number) as PrincipalId,
    tenant: DEFAULT_TENANT,
    name: `principal-${number}`,
    kind: 'workload',
    roles: ['user'],
    disabled: false,
    certificates: [],
    createdAt: 0,
    ...changes,
  }
}

export function sampleTenant(id: TenantId, state: Tenant['state'] = 'active'): Tenant {
  return { id, name: id, state, keks: [], currentKek: 1, integrityKey: '', createdAt: 0 }
}

/** An authenticator over a store in memory, with what the domain does to the two of them. */
export class Keep {
  readonly clock = new StoppedClock()
  readonly authenticator: Authenticator
  readonly store: MemoryStore
  #tokens = 0

  constructor(options: Partial<AuthenticatorOptions> = {}, store = new MemoryStore()) {
    this.store = store
    const tenants = [DEFAULT_TENANT]
    this.authenticator = new Authenticator({ store, clock: this.clock, tenants, ...options })
  }

  /** With the first tenant there. */
  static async open(
    options: Partial<AuthenticatorOptions> = {},
    store = new MemoryStore(),
  ): Promise<Keep> {
    const keep = new Keep(options, store)
    await keep.putTenant(DEFAULT_TENANT)
    return keep
  }

  async putTenant(id: TenantId, state: Tenant['state'] = 'active'): Promise<void> {
    const value = sampleTenant(id, state)
    const earlier = await this.store.get('tenant', SYSTEM_TENANT, id)
    const puts = [put('tenant', SYSTEM_TENANT, id, value, earlier?.revision ?? 0)]
    await this.store.commit({ puts })
    await this.authenticator.observe('tenant', SYSTEM_TENANT, id, value)
  }

  async putPrincipal(principal: Principal): Promise<Principal> {
    const { tenant, id } = principal
    const earlier = await this.store.get('principal', tenant, id)
    const puts = [put('principal', tenant, id, principal, earlier?.revision ?? 0)]
    await this.store.commit({ puts })
    await this.authenticator.observe('principal', tenant, id, principal)
    return principal
  }

  async putToken(
    principal: Principal,
    changes: Partial<Token> = {},
  ): Promise<{ secret: string; token: Token }> {
    const { secret, hash } = createToken()
    const { tenant } = principal
    const id = sampleId(10_000 + this.#tokens++) as TokenId
    const token: Token = {
      id,
      tenant,
      principal: principal.id,
      description: '',
      hash,
      scope: {},
      createdAt: 0,
      expiresAt: this.clock.at + 60_000,
      ...changes,
    }
    await this.store.commit({ puts: [put('token', tenant, id, token)] })
    await this.authenticator.observe('token', tenant, id, token)
    return { secret, token }
  }

  async revoke({ tenant, id }: Token): Promise<void> {
    const stored = await this.store.get('token', tenant, id)
    if (stored === undefined) throw new Error('no such token')
    const value = { ...stored.value, revokedAt: this.clock.at }
    await this.store.commit({ puts: [put('token', tenant, id, value, stored.revision)] })
    await this.authenticator.observe('token', tenant, id, value)
  }
}
