import type { PageQuery } from './access.ts'
import { toWire } from './bytes-on-wire.ts'
import type { Answered } from './model.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface Tenant {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'suspended'
  /** RFC 3339. */
  readonly createdAt: string
  readonly revision: number
}

export interface CreateTenantRequest {
  readonly name: string
  /** Life of its administrator's token; 30 if absent. */
  readonly tokenDays?: number | undefined
}

export type TenantAnswer = Answered & { readonly tenant: Tenant }
export type NewTenantAnswer = TenantAnswer & {
  /** Id of its first administrator. */
  readonly principal: string
  /** That administrator's token: shown this once, stored nowhere. */
  readonly secret: string
}

export interface TenantPage extends Answered {
  readonly tenants: readonly Tenant[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** Tenants, by id or name; for operators of the first one. */
export class Tenants {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Not repeated by itself: a secret that was lost on the way is in nobody's hands. */
  async create(request: CreateTenantRequest, options: CallOptions = {}): Promise<NewTenantAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['tenants'],
      body: toWire(request),
      ...options,
    })) as NewTenantAnswer
  }

  async get(tenant: string, options: CallOptions = {}): Promise<TenantAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['tenants', tenant],
      ...options,
    })) as TenantAnswer
  }

  async page(
    query: PageQuery & { readonly state?: Tenant['state'] | undefined } = {},
    options: CallOptions = {},
  ): Promise<TenantPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['tenants'],
      query: { ...query },
      ...options,
    })) as TenantPage
  }

  list(options: CallOptions = {}): AsyncGenerator<Tenant> {
    return everyItem(async (after: string | undefined) => {
      const { tenants, next } = await this.page({ after }, options)
      return { items: tenants, next }
    })
  }

  /** Nobody of the tenant comes in once this has returned. */
  suspend(tenant: string, options: CallOptions = {}): Promise<TenantAnswer> {
    return this.#enter(tenant, 'suspend', options)
  }

  resume(tenant: string, options: CallOptions = {}): Promise<TenantAnswer> {
    return this.#enter(tenant, 'resume', options)
  }

  async #enter(
    tenant: string,
    verb: 'suspend' | 'resume',
    options: CallOptions,
  ): Promise<TenantAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['tenants', tenant, verb],
      body: {},
      repeatable: true,
      ...options,
    })) as TenantAnswer
  }
}
