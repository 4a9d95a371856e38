import type { Answered, Instant, ManagedObject, ObjectKind, Pairs } from './model.ts'
import { fromWire, toWire } from './bytes-on-wire.ts'
import { type ChangeOptions, listQueryToWire, type ListQuery } from './keys.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, Transport } from './transport.ts'

export interface CreateObjectRequest {
  readonly name: string
  readonly kind: ObjectKind
  /** At most 1 MiB; a certificate in DER or PEM. */
  readonly content: Uint8Array
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly labels?: Pairs | undefined
  readonly activate?: boolean | Instant | Date | undefined
  readonly deactivateAt?: Instant | Date | undefined
}

export interface UpdateObjectRequest {
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly labels?: Pairs | undefined
}

export interface ListObjectsQuery extends ListQuery {
  readonly kind?: ObjectKind | undefined
}

export type ObjectAnswer = Answered & { readonly object: ManagedObject }
export interface ObjectPage extends Answered {
  readonly objects: readonly ManagedObject[]
  readonly next?: string
  readonly damaged: readonly string[]
}
export interface ObjectContent extends Answered {
  readonly kind: ObjectKind
  readonly content: Uint8Array
}

export type ObjectTransition = 'activate' | 'suspend' | 'resume' | 'deactivate' | 'destroy'

/** Secret data, opaque data and certificates. Every method takes an object's id or its name. */
export class Objects {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(request: CreateObjectRequest, options: CallOptions = {}): Promise<ObjectAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['objects'],
      body: toWire(request),
      creation: true,
      ...options,
    })) as ObjectAnswer
  }

  async get(object: string, options: CallOptions = {}): Promise<ObjectAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['objects', object],
      ...options,
    })) as ObjectAnswer
  }

  async page(
    query: ListObjectsQuery & { readonly after?: string | undefined } = {},
    options: CallOptions = {},
  ): Promise<ObjectPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['objects'],
      query: listQueryToWire(query),
      ...options,
    })) as ObjectPage
  }

  list(query: ListObjectsQuery = {}, options: CallOptions = {}): AsyncGenerator<ManagedObject> {
    return everyItem(async (after: string | undefined) => {
      const { objects, next } = await this.page({ ...query, after }, options)
      return { items: objects, next }
    })
  }

  /** The content itself, as the object's state allows. */
  async read(
    object: string,
    options: CallOptions & { readonly acknowledgeRisk?: boolean | undefined } = {},
  ): Promise<ObjectContent> {
    const { acknowledgeRisk, ...call } = options
    return fromWire(
      await this.#transport.json({
        method: 'GET',
        path: ['objects', object, 'content'],
        query: { acknowledgeRisk },
        ...call,
      }),
    )
  }

  async update(
    object: string,
    request: UpdateObjectRequest,
    options: ChangeOptions = {},
  ): Promise<ObjectAnswer> {
    return (await this.#transport.json({
      method: 'PATCH',
      path: ['objects', object],
      body: toWire(request),
      ...options,
    })) as ObjectAnswer
  }

  move(
    object: string,
    transition: ObjectTransition,
    reason?: string,
    options?: ChangeOptions,
  ): Promise<ObjectAnswer> {
    return this.#move(object, transition, { reason }, options)
  }

  revoke(
    object: string,
    request: {
      readonly reason?: string | undefined
      readonly occurredAt?: Instant | Date | undefined
    } = {},
    options?: ChangeOptions,
  ): Promise<ObjectAnswer> {
    return this.#move(object, 'revoke', request, options)
  }

  async #move(
    object: string,
    verb: string,
    request: object,
    options: ChangeOptions = {},
  ): Promise<ObjectAnswer> {
    return (await this.#transport.json({
      method: 'POST',
      path: ['objects', object, verb],
      body: toWire(request),
      ...options,
    })) as ObjectAnswer
  }
}
