import type { Answered, Principal, Role, Token, TokenScope, Whoami } from './model.ts'
import { toWire } from './bytes-on-wire.ts'
import type { ChangeOptions } from './keys.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface PageQuery {
  readonly after?: string | undefined
  readonly limit?: number | undefined
}

export interface CreatePrincipalRequest {
  readonly name: string
  readonly kind: Principal['kind']
  readonly roles: readonly Role[]
  /** TLS client certificates, DER or PEM. */
  readonly certificates?: readonly Uint8Array[] | undefined
}

export interface UpdatePrincipalRequest {
  readonly roles?: readonly Role[] | undefined
  readonly disabled?: boolean | undefined
  /** Replaces all. */
  readonly certificates?: readonly Uint8Array[] | undefined
}

export type PrincipalAnswer = Answered & { readonly principal: Principal }
export interface PrincipalPage extends Answered {
  readonly principals: readonly Principal[]
  readonly next?: string
  readonly damaged: readonly string[]
}

export interface PrincipalPolicyAnswer extends Answered {
  /** Id. */
  readonly principal: string
  readonly protocol: string
  readonly document: string
}

export interface NewPasskey {
  readonly credential: Uint8Array
  /** COSE_Key, or SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array
}

export interface EnrollOptions extends ChangeOptions {
  /** Keys in authenticators (WebAuthn). */
  readonly passkeys?: readonly NewPasskey[] | undefined
}

/** People and workloads, by id or name. */
export class Principals {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(
    request: CreatePrincipalRequest,
    options: CallOptions = {},
  ): Promise<PrincipalAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['principals'],
      body: toWire(request),
      creation: true,
      ...options,
    })) as PrincipalAnswer
  }

  async get(principal: string, options: CallOptions = {}): Promise<PrincipalAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['principals', principal],
      ...options,
    })) as PrincipalAnswer
  }

  async page(query: PageQuery = {}, options: CallOptions = {}): Promise<PrincipalPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['principals'],
      query: { ...query },
      ...options,
    })) as PrincipalPage
  }

  list(options: CallOptions = {}): AsyncGenerator<Principal> {
    return everyItem(async (after: string | undefined) => {
      const { principals, next } = await this.page({ after }, options)
      return { items: principals, next }
    })
  }

  async update(
    principal: string,
    request: UpdatePrincipalRequest,
    options: ChangeOptions = {},
  ): Promise<PrincipalAnswer> {
    return (await this.#transport.json({
      method: 'PATCH',
      path: ['principals', principal],
      body: toWire(request),
      ...options,
    })) as PrincipalAnswer
  }

  /** Replaces the keys that somebody signs approvals by: public ones, DER or PEM; and passkeys. */
  async enroll(
    principal: string,
    keys: readonly Uint8Array[],
    { passkeys, ...options }: EnrollOptions = {},
  ): Promise<PrincipalAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['principals', principal, 'approver-keys'],
      body: toWire({ keys, passkeys }),
      ...options,
    })) as PrincipalAnswer
  }

  /** Narrows what a principal may do through a protocol (`aws-kms`), in that protocol's own language. */
  async putPolicy(
    principal: string,
    protocol: string,
    document: string,
    options: CallOptions = {},
  ): Promise<PrincipalPolicyAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['principals', principal, 'policies', protocol],
      body: { document },
      repeatable: true,
      ...options,
    })) as PrincipalPolicyAnswer
  }

  async getPolicy(
    principal: string,
    protocol: string,
    options: CallOptions = {},
  ): Promise<PrincipalPolicyAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['principals', principal, 'policies', protocol],
      ...options,
    })) as PrincipalPolicyAnswer
  }

  async deletePolicy(
    principal: string,
    protocol: string,
    options: CallOptions = {},
  ): Promise<Omit<PrincipalPolicyAnswer, 'document'>> {
    return (await this.#transport.json({
      method: 'DELETE',
      path: ['principals', principal, 'policies', protocol],
      ...options,
    })) as Omit<PrincipalPolicyAnswer, 'document'>
  }
}

export interface CreateTokenRequest {
  readonly description?: string | undefined
  readonly lifetimeSeconds: number
  readonly scope?: TokenScope | undefined
  /** A secret to sign requests by, such as AWS's access keys, rather than a bearer token. */
  readonly sharedSecret?: 'lasting' | 'long' | 'temporary' | undefined
}

export type TokenAnswer = Answered & { readonly token: Token }
/**
 * `secret` is the bearer token, shown this once and stored nowhere, or the shared secret, shown this once and
 * kept wrapped. A temporary one has a `ticket` that must come with each request: AWS's session token.
 */
export type NewTokenAnswer = TokenAnswer & { readonly secret: string; readonly ticket?: string }
export interface TokenPage extends Answered {
  readonly tokens: readonly Token[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** Bearer tokens of principals. */
export class Tokens {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Not repeated by itself: a secret that was lost on the way is better revoked than guessed at. */
  async create(
    principal: string,
    request: CreateTokenRequest,
    options: CallOptions = {},
  ): Promise<NewTokenAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['principals', principal, 'tokens'],
      body: toWire(request),
      creation: true,
      ...options,
    })) as NewTokenAnswer
  }

  async page(
    principal: string,
    query: PageQuery = {},
    options: CallOptions = {},
  ): Promise<TokenPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['principals', principal, 'tokens'],
      query: { ...query },
      ...options,
    })) as TokenPage
  }

  list(principal: string, options: CallOptions = {}): AsyncGenerator<Token> {
    return everyItem(async (after: string | undefined) => {
      const { tokens, next } = await this.page(principal, { after }, options)
      return { items: tokens, next }
    })
  }

  /** By the token's id, never its secret; harmless when it has ended already. */
  async revoke(token: string, options: CallOptions = {}): Promise<TokenAnswer> {
    return (await this.#transport.json({
      method: 'DELETE',
      path: ['tokens', token],
      repeatable: true,
      ...options,
    })) as TokenAnswer
  }

  /** Who the caller is to the keeper. Not recorded in the log. */
  async whoami(options: CallOptions = {}): Promise<Whoami> {
    return (await this.#transport.json({ method: 'GET', path: ['whoami'], ...options })) as Whoami
  }
}
