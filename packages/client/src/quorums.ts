import { toWire } from './bytes-on-wire.ts'
import type { ChangeOptions } from './keys.ts'
import type { Answered, Instant, Pairs } from './model.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface GroupMember {
  /** Id; when it is given, also the name. */
  readonly principal: string
  /** Members of one team count once where a quorum asks for distinct teams. */
  readonly team?: string
}

/** People that quorums are made of. */
export interface Group {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly members: readonly GroupMember[]
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly revision: number
}

export type GroupAnswer = Answered & { readonly group: Group }
export interface GroupList extends Answered {
  readonly groups: readonly Group[]
  readonly damaged: readonly string[]
}

/** By id or name. */
export class Groups {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(
    name: string,
    members: readonly GroupMember[],
    options: CallOptions = {},
  ): Promise<GroupAnswer> {
    const body = toWire({ name, members })
    return (await this.#transport.json({
      method: 'POST',
      path: ['groups'],
      body,
      creation: true,
      ...options,
    })) as GroupAnswer
  }

  async list(options: CallOptions = {}): Promise<GroupList> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['groups'],
      ...options,
    })) as GroupList
  }

  async get(group: string, options: CallOptions = {}): Promise<GroupAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['groups', group],
      ...options,
    })) as GroupAnswer
  }

  /** Replaces every member. */
  async update(
    group: string,
    members: readonly GroupMember[],
    options: ChangeOptions = {},
  ): Promise<GroupAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['groups', group],
      body: toWire({ members }),
      ...options,
    })) as GroupAnswer
  }

  async delete(group: string, options: ChangeOptions = {}): Promise<DeletedAnswer> {
    return (await this.#transport.json({
      method: 'DELETE',
      path: ['groups', group],
      ...options,
    })) as DeletedAnswer
  }
}

export type DeletedAnswer = Answered & { readonly name: string }

export interface QuorumRequest {
  readonly actions: readonly string[]
  /** Of keys and objects, a trailing `*` for any rest; nothing else is guarded then. */
  readonly names?: readonly string[] | undefined
  /** That a key or object must all have; nothing else is guarded then. */
  readonly labels?: Pairs | undefined
  readonly approvals: number
  /** Id or name. */
  readonly group: string
  readonly distinctTeams?: boolean | undefined
  /** Whether the requester must say why. */
  readonly reason?: boolean | undefined
  /** 7 days if absent. */
  readonly gatherSeconds?: number | undefined
  /** A day if absent. */
  readonly executeSeconds?: number | undefined
}

/** Which actions, on what, need whose approval. */
export interface Quorum {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly actions: readonly string[]
  readonly names?: readonly string[]
  readonly labels?: Pairs
  readonly approvals: number
  /** Id. */
  readonly group: string
  readonly distinctTeams: boolean
  readonly reason: boolean
  readonly gatherSeconds: number
  readonly executeSeconds: number
  readonly createdAt: Instant
  readonly updatedAt: Instant
  readonly revision: number
}

export type QuorumAnswer = Answered & { readonly quorum: Quorum }
export interface QuorumList extends Answered {
  readonly quorums: readonly Quorum[]
  readonly damaged: readonly string[]
}

export interface GuardsRequest {
  /** Id or name. */
  readonly group: string
  readonly approvals: number
  /** `destruction`, `export`, `critical`, `emergency`, `rights`; all of them if absent. */
  readonly guards?: readonly string[] | undefined
  readonly distinctTeams?: boolean | undefined
  readonly reason?: boolean | undefined
}

/** By id or name. */
export class Quorums {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(
    name: string,
    request: QuorumRequest,
    options: CallOptions = {},
  ): Promise<QuorumAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['quorums'],
      body: toWire({ name, ...request }),
      creation: true,
      ...options,
    })) as QuorumAnswer
  }

  /** Guards what had better not be done by one person alone. */
  async installDefaults(
    request: GuardsRequest,
    options: CallOptions = {},
  ): Promise<Omit<QuorumList, 'damaged'>> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['quorums', 'defaults'],
      body: toWire(request),
      ...options,
    })) as Omit<QuorumList, 'damaged'>
  }

  async list(options: CallOptions = {}): Promise<QuorumList> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['quorums'],
      ...options,
    })) as QuorumList
  }

  async get(quorum: string, options: CallOptions = {}): Promise<QuorumAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['quorums', quorum],
      ...options,
    })) as QuorumAnswer
  }

  /** Replaces all that the quorum says; asks the quorum as it is. */
  async update(
    quorum: string,
    request: QuorumRequest,
    options: ChangeOptions = {},
  ): Promise<QuorumAnswer> {
    return (await this.#transport.json({
      method: 'PUT',
      path: ['quorums', quorum],
      body: toWire(request),
      ...options,
    })) as QuorumAnswer
  }

  async delete(quorum: string, options: ChangeOptions = {}): Promise<DeletedAnswer> {
    return (await this.#transport.json({
      method: 'DELETE',
      path: ['quorums', quorum],
      ...options,
    })) as DeletedAnswer
  }
}
