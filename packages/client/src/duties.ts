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
}
