import { toWire } from './bytes-on-wire.ts'
import type { Answered } from './model.ts'
import type { CallOptions, Transport } from './transport.ts'

/** A duty that is not kept apart, or would not be. */
export interface DutyFinding {
  readonly rule: string
  readonly severity: 'violation' | 'warning'
  readonly kind: 'principal' | 'token' | 'group' | 'quorum' | 'tenant'
  readonly id: string
  readonly name: string
  readonly message: string
}

export interface DutiesAnswer extends Answered {
  readonly findings: readonly DutyFinding[]
  readonly violations: number
  readonly damaged: readonly string[]
}

export interface ReviewAnswer extends Answered {
  /** Canonical JSON. */
  readonly review: string
  /** SHA-256 of it, hex; the entry of the log says it too. */
  readonly digest: string
}

/** Who holds what they should not hold together. */
export class Duties {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async report(options: CallOptions = {}): Promise<DutiesAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['duties'],
      ...options,
    })) as DutiesAnswer
  }

  /** Who can come in and what they may do; a receipt of the entry proves it later. */
  async review(
    request: { readonly staleDays?: number | undefined } = {},
    options: CallOptions = {},
  ): Promise<ReviewAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['reviews'],
      body: toWire(request),
      ...options,
    })) as ReviewAnswer
  }
}
