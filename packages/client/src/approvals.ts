import { toWire } from './bytes-on-wire.ts'
import { everyItem } from './paging.ts'
import type { PageQuery } from './access.ts'
import type { Answered, Instant } from './model.ts'
import type { CallOptions, Transport } from './transport.ts'

export type ApprovalStatus =
  | 'pending'
  | 'approved'
  | 'denied'
  | 'cancelled'
  | 'executed'
  | 'expired'

export interface ApprovalTarget {
  readonly kind: string
  readonly id: string
  readonly name: string
  /** 0 for what was not there. */
  readonly revision: number
}

export interface AskedQuorum {
  readonly id: string
  readonly name: string
  readonly revision: number
  /** Id. */
  readonly group: string
  readonly approvals: number
  readonly distinctTeams: boolean
}

export interface ApprovalSignature {
  /** Id. */
  readonly principal: string
  readonly name: string
  /** Id of the approver's key. */
  readonly key: string
  /** Base64. */
  readonly signature: string
  /** Of a passkey; each base64. */
  readonly assertion?: { readonly authenticatorData: string; readonly clientDataJson: string }
  readonly at: Instant
}

/** A guarded call that waits. What is signed is what `content` says: see `verifyApproval`. */
export interface Approval {
  readonly id: string
  readonly tenant: string
  readonly status: ApprovalStatus
  /** Canonical JSON. */
  readonly content: string
  /** SHA-256 of `content`, hex, as the keeper has it. */
  readonly digest: string
  /** What the caller signs, as the keeper has it. */
  readonly statement: string
  readonly action: string
  readonly target: ApprovalTarget
  readonly input: unknown
  readonly requester: { readonly id: string; readonly name: string }
  readonly reason: string
  readonly quorums: readonly AskedQuorum[]
  readonly createdAt: Instant
  readonly expiresAt: Instant
  /** Once there is a quorum: until when it may be executed. */
  readonly executeBy?: Instant
  readonly signatures: readonly ApprovalSignature[]
  readonly endedBy?: string
  readonly endedAt?: Instant
  readonly revision: number
}

export type ApprovalAnswer = Answered & { readonly approval: Approval }
export interface ApprovalPage extends Answered {
  readonly approvals: readonly Approval[]
  readonly next?: string
  readonly damaged: readonly string[]
}
export interface ApprovalQuery extends PageQuery {
  /** Only what still waits for somebody. */
  readonly open?: boolean | undefined
}

export interface ApproveRequest {
  /** Id of the approver's key: SHA-256 of its SubjectPublicKeyInfo, hex. */
  readonly key: string
  /** Over `VerifiedApproval.statementOf`. */
  readonly signature: Uint8Array
  /** Of a passkey, whose challenge was the SHA-256 of the statement. */
  readonly assertion?:
    | { readonly authenticatorData: Uint8Array; readonly clientDataJson: Uint8Array }
    | undefined
}

/** Calls that wait for the approval of several people, by id. */
export class Approvals {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async get(approval: string, options: CallOptions = {}): Promise<ApprovalAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['approvals', approval],
      ...options,
    })) as ApprovalAnswer
  }

  async page(query: ApprovalQuery = {}, options: CallOptions = {}): Promise<ApprovalPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['approvals'],
      query: { ...query },
      ...options,
    })) as ApprovalPage
  }

  /** Newest first. */
  list(query: ApprovalQuery = {}, options: CallOptions = {}): AsyncGenerator<Approval> {
    return everyItem(async (after: string | undefined) => {
      const { approvals, next } = await this.page({ ...query, after }, options)
      return { items: approvals, next }
    })
  }

  approve(
    approval: string,
    request: ApproveRequest,
    options: CallOptions = {},
  ): Promise<ApprovalAnswer> {
    return this.#decide(approval, 'approve', toWire(request), options)
  }

  deny(approval: string, options: CallOptions = {}): Promise<ApprovalAnswer> {
    return this.#decide(approval, 'deny', {}, options)
  }

  /** By whoever asked. */
  cancel(approval: string, options: CallOptions = {}): Promise<ApprovalAnswer> {
    return this.#decide(approval, 'cancel', {}, options)
  }

  /** Makes the call that was approved, for whoever asked; the same as repeating it. */
  execute(approval: string, options: CallOptions = {}): Promise<ApprovalAnswer> {
    return this.#decide(approval, 'execute', {}, options)
  }

  async #decide(
    approval: string,
    verb: string,
    body: unknown,
    options: CallOptions,
  ): Promise<ApprovalAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['approvals', approval, verb],
      body,
      ...options,
    })) as ApprovalAnswer
  }
}
