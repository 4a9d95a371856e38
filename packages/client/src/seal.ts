import type { Answered, Role } from './model.ts'
import { toWire } from './bytes-on-wire.ts'
import type { CallOptions, Transport } from './transport.ts'

export type SealKind = 'shamir' | 'passphrase' | 'file'

export type SealMethod =
  | { readonly kind: 'shamir'; readonly shares: number; readonly threshold: number }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'file' }

/** One share, or the passphrase; neither for a seal of kind `file`. */
export interface SealCredential {
  readonly share?: string
  readonly passphrase?: string
}

export interface SealStatus {
  readonly initialized: boolean
  readonly sealed: boolean
  readonly generation: number
  readonly kind?: SealKind
  readonly set?: string
  readonly shares?: number
  readonly threshold?: number
  /** Indexes of the shares given so far. */
  readonly progress?: readonly number[]
  readonly rootGeneration: number
  readonly rotating: boolean
  readonly pending?: {
    readonly kind: SealKind
    readonly generation: number
    readonly set?: string
    readonly shares?: number
    readonly threshold?: number
  }
}

export interface FirstPrincipal {
  readonly name: string
  readonly roles: readonly Role[]
  readonly tokenDays: number
}

/** Shares are shown this once and kept nowhere. */
export interface NewSeal extends Answered {
  readonly status: SealStatus
  readonly shares?: readonly string[]
}
export type InitializeAnswer = NewSeal & { readonly tokens: Readonly<Record<string, string>> }

export interface ShareCheck extends Answered {
  readonly valid: boolean
  readonly problem?: string
  readonly set?: string
  readonly index?: number
  readonly shares?: number
  readonly threshold?: number
  readonly generation?: number
}

/** The seal of the root key. */
export class Seal {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Needs no credential. */
  async status(options: CallOptions = {}): Promise<SealStatus> {
    return (await this.#transport.json({ method: 'GET', path: ['seal'], ...options })) as SealStatus
  }

  initialize(
    request: {
      readonly method: SealMethod
      readonly principals?: readonly FirstPrincipal[] | undefined
    },
    options?: CallOptions,
  ): Promise<InitializeAnswer> {
    return this.#post('initialize', request, options)
  }

  /** One share or the passphrase; the holder of a share needs no other credential. */
  unseal(credential: SealCredential, options?: CallOptions): Promise<SealStatus & Answered> {
    return this.#post('unseal', credential, options, true)
  }

  seal(options?: CallOptions): Promise<SealStatus & Answered> {
    return this.#post('seal', {}, options, true)
  }

  rekey(
    request: { readonly method: SealMethod; readonly authorization: readonly SealCredential[] },
    options?: CallOptions,
  ): Promise<NewSeal> {
    return this.#post('rekey', request, options)
  }

  confirmRekey(
    proof: readonly SealCredential[],
    options?: CallOptions,
  ): Promise<SealStatus & Answered> {
    return this.#post('rekey/confirm', { proof }, options)
  }

  cancelRekey(options?: CallOptions): Promise<SealStatus & Answered> {
    return this.#post('rekey/cancel', {}, options)
  }

  rotateRoot(
    authorization: readonly SealCredential[],
    options?: CallOptions,
  ): Promise<SealStatus & Answered> {
    return this.#post('rotate-root', { authorization }, options)
  }

  /** Whether a share would still do, without unsealing anything. */
  checkShare(share: string, options?: CallOptions): Promise<ShareCheck> {
    return this.#post('check-share', { share }, options, true)
  }

  async #post<Answer>(
    verb: string,
    request: object,
    options: CallOptions = {},
    repeatable = false,
  ): Promise<Answer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['seal', ...verb.split('/')],
      body: toWire(request),
      repeatable,
      ...options,
    })) as Answer
  }
}
