import type { PageQuery } from './access.ts'
import { toWire } from './bytes-on-wire.ts'
import type { Answered } from './model.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface Tenant {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'suspended' | 'shredding' | 'shredded'
  /** Of the seal that it has of its own. */
  readonly ownSeal?: 'open' | 'sealed'
  /** RFC 3339. */
  readonly createdAt: string
  readonly shreddedAt?: string
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

export interface OwnSealAnswer extends Answered {
  readonly sealed: boolean
  /** Grows by one with each passphrase. */
  readonly generation: number
}

/** How much a tenant may have and do; without end where nothing is said. */
export interface TenantQuota {
  readonly keys?: number | undefined
  readonly versions?: number | undefined
  /** Requests that wait for approval. */
  readonly approvals?: number | undefined
  readonly requestsPerSecond?: number | undefined
}

export interface TenantUsageAnswer extends Answered {
  /** Id. */
  readonly tenant: string
  readonly name: string
  readonly usage: {
    readonly keys: number
    readonly versions: number
    readonly approvals: number
    /** Since the keeper started, as is the next. */
    readonly requests: number
    readonly refused: number
  }
  readonly quota: TenantQuota
}

/** Tenants, by id or name, for operators of the first one; and one's own, for its administrators. */
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

  /** In the place of the quota there was: what is not named has no end. */
  async setQuota(
    tenant: string,
    quota: TenantQuota,
    options: CallOptions = {},
  ): Promise<TenantAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['tenants', tenant, 'quota'],
      body: toWire(quota),
      repeatable: true,
      ...options,
    })) as TenantAnswer
  }

  /** @param tenant absent: one's own */
  async usage(tenant?: string, options: CallOptions = {}): Promise<TenantUsageAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: tenant === undefined ? ['tenant', 'usage'] : ['tenants', tenant, 'usage'],
      ...options,
    })) as TenantUsageAnswer
  }

  /** Begins the seal of one's own tenant, or gives it another passphrase. */
  protect(
    request: { readonly passphrase: string; readonly currentPassphrase?: string | undefined },
    options: CallOptions = {},
  ): Promise<OwnSealAnswer> {
    return this.#own('protect', request, false, options)
  }

  /** Seals one's own tenant: nothing of it is done until `unseal`. */
  seal(options: CallOptions = {}): Promise<OwnSealAnswer> {
    return this.#own('seal', {}, true, options)
  }

  unseal(passphrase: string, options: CallOptions = {}): Promise<OwnSealAnswer> {
    return this.#own('unseal', { passphrase }, true, options)
  }

  async #own(
    verb: 'protect' | 'seal' | 'unseal',
    request: object,
    repeatable: boolean,
    options: CallOptions,
  ): Promise<OwnSealAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['tenant', verb],
      body: toWire(request),
      repeatable,
      ...options,
    })) as OwnSealAnswer
  }

  /** For good: the keys of a suspended tenant, and then its rows. `confirm` is its name once more. */
  async shred(
    tenant: string,
    { confirm }: { readonly confirm: string },
    options: CallOptions = {},
  ): Promise<TenantAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['tenants', tenant, 'shred'],
      body: { confirm },
      repeatable: true,
      ...options,
    })) as TenantAnswer
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
