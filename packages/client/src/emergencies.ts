import { toWire } from './bytes-on-wire.ts'
import type { Answered, Instant, Role } from './model.ts'
import type { CallOptions, Transport } from './transport.ts'

/** A way in for when there is no other. */
export interface Emergency {
  readonly name: string
  /** Id of whom it lets in as. */
  readonly principal: string
  readonly roles: readonly Role[]
  readonly shares: number
  readonly threshold: number
  readonly generation: number
  readonly seconds: number
  readonly isOpen: boolean
  readonly opened?: {
    readonly token: string
    readonly at: Instant
    readonly until: Instant
    readonly reason: string
    readonly closedAt?: Instant
  }
  readonly createdAt: Instant
}

export interface CreateEmergencyRequest {
  readonly name: string
  readonly roles: readonly Role[]
  readonly shares: number
  readonly threshold: number
  /** An hour if absent. */
  readonly seconds?: number | undefined
}

export type EmergencyAnswer = Answered & { readonly emergency: Emergency }
/** Shares are shown this once and kept nowhere. */
export type NewEmergencyAnswer = EmergencyAnswer & { readonly shares: readonly string[] }
/** The bearer token is shown this once. */
export type OpenEmergencyAnswer = EmergencyAnswer & { readonly secret: string }
export interface EmergencyList extends Answered {
  readonly emergencies: readonly Emergency[]
  readonly damaged: readonly string[]
}

/** Break glass: by the name of the credential. */
export class Emergencies {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(
    request: CreateEmergencyRequest,
    options: CallOptions = {},
  ): Promise<NewEmergencyAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['break-glass'],
      body: toWire(request),
      ...options,
    })) as NewEmergencyAnswer
  }

  async list(options: CallOptions = {}): Promise<EmergencyList> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['break-glass'],
      ...options,
    })) as EmergencyList
  }

  /** Needs no other credential than the shares. */
  async open(
    name: string,
    shares: readonly string[],
    reason: string,
    options: CallOptions = {},
  ): Promise<OpenEmergencyAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['break-glass', name, 'open'],
      body: toWire({ proof: shares.map((share) => ({ share })), reason }),
      ...options,
    })) as OpenEmergencyAnswer
  }

  async close(name: string, options: CallOptions = {}): Promise<EmergencyAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['break-glass', name, 'close'],
      body: {},
      ...options,
    })) as EmergencyAnswer
  }
}
