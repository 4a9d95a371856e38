import type {
  Answered,
  Instant,
  Key,
  KeyState,
  KeyVersion,
  ListedKey,
  Pairs,
  PeriodDays,
  Purpose,
  RevocationReason,
  UsageLimits,
} from './model.ts'
import { fromWire, toWire } from './bytes-on-wire.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, QueryValue, Transport } from './transport.ts'

export interface KeyAttributes {
  readonly purpose?: Purpose | undefined
  readonly mechanisms?: readonly string[] | undefined
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly labels?: Pairs | undefined
  readonly exportable?: boolean | undefined
  readonly cryptoperiod?:
    | { readonly protectDays?: PeriodDays; readonly processDays?: PeriodDays }
    | undefined
  readonly limits?: UsageLimits | undefined
  /** Active at once unless told otherwise: `false` waits for a call, an instant for that moment. */
  readonly activate?: boolean | Instant | Date | undefined
}

export interface CreateKeyRequest extends KeyAttributes {
  readonly name: string
  readonly spec: string
  /** The material is made elsewhere, and `importVersion` will bring it. */
  readonly material?: 'awaited' | undefined
}

/** In clear, or wrapped under a key that the keeper holds. */
export interface ImportedMaterial {
  readonly format: 'raw' | 'pkcs8' | 'spki' | 'jwk' | 'pem'
  readonly data: Uint8Array
  readonly wrapping?:
    | {
        readonly key: string
        readonly version?: number | undefined
        readonly mechanism?: string | undefined
        readonly aad?: Uint8Array | undefined
      }
    | undefined
}

export interface ImportKeyRequest extends KeyAttributes {
  readonly name: string
  /** Absent: what the material itself says. Raw bytes say nothing, so they need it. */
  readonly spec?: string | undefined
  readonly material: ImportedMaterial
}

export interface ImportVersionRequest {
  readonly material: ImportedMaterial
  /** Whose material it is; absent: told from the material. */
  readonly version?: number | undefined
  /** Further material: a version for `rotate` to put in force. */
  readonly pending?: boolean | undefined
  /** From then on the keeper no longer has it. */
  readonly materialUntil?: Instant | Date | undefined
  /** Of the first material; active unless told otherwise. */
  readonly activate?: boolean | undefined
}

export interface UpdateKeyRequest {
  readonly description?: string | undefined
  readonly owner?: string | undefined
  readonly labels?: Pairs | undefined
  readonly mechanisms?: readonly string[] | undefined
  readonly limits?: UsageLimits | undefined
  readonly exportable?: false | undefined
}

export interface ListQuery {
  readonly namePrefix?: string | undefined
  readonly state?: KeyState | undefined
  readonly owner?: string | undefined
  /** All must match. */
  readonly labels?: Pairs | undefined
  readonly descending?: boolean | undefined
  /** Records of one page, up to 1000. */
  readonly limit?: number | undefined
}

export interface ListKeysQuery extends ListQuery {
  readonly spec?: string | undefined
  readonly purpose?: Purpose | undefined
}

export interface ChangeOptions extends CallOptions {
  /** The revision that the caller saw; another one is refused with `precondition-failed`. */
  readonly expectedRevision?: number | undefined
}

export interface VersionChange {
  readonly version?: number | undefined
  readonly reason?: string | undefined
}

export type KeyAnswer = Answered & { readonly key: Key }
export type KeyHistoryAnswer = KeyAnswer & { readonly versions: readonly KeyVersion[] }
export interface KeyPage extends Answered {
  readonly keys: readonly ListedKey[]
  readonly next?: string
  /** Ids of keys whose records do not authenticate. */
  readonly damaged: readonly string[]
}
export interface KeyUsageAnswer extends Answered {
  /** Id of the key. */
  readonly key: string
  /** Absent for a key that has not been used. */
  readonly lastUse?: {
    readonly at: Instant
    readonly action: string
    readonly version: number
    /** Id of the entry that tells of it. */
    readonly event: string
    readonly requestId?: string
  }
}
export interface PublicKeyAnswer extends Answered {
  readonly key: string
  readonly version: number
  readonly spec: string
  readonly publicKey: Uint8Array
}

/** The life of keys. Every method takes a key's id or its name. */
export class Keys {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async create(request: CreateKeyRequest, options: CallOptions = {}): Promise<KeyAnswer> {
    return this.#create(['keys'], request, options)
  }

  async import(request: ImportKeyRequest, options: CallOptions = {}): Promise<KeyAnswer> {
    return this.#create(['keys', 'import'], request, options)
  }

  async get(key: string, options: CallOptions = {}): Promise<KeyAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['keys', key],
      ...options,
    })) as KeyAnswer
  }

  /** One page; `after` is the `next` of the page before. */
  async page(
    query: ListKeysQuery & { readonly after?: string | undefined } = {},
    options: CallOptions = {},
  ): Promise<KeyPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['keys'],
      query: listQueryToWire(query),
      ...options,
    })) as KeyPage
  }

  /** Every key that matches, oldest first unless told otherwise. */
  list(query: ListKeysQuery = {}, options: CallOptions = {}): AsyncGenerator<ListedKey> {
    return everyItem(async (after: string | undefined) => {
      const { keys, next } = await this.page({ ...query, after }, options)
      return { items: keys, next }
    })
  }

  async update(
    key: string,
    request: UpdateKeyRequest,
    options: ChangeOptions = {},
  ): Promise<KeyAnswer> {
    return (await this.#transport.json({
      method: 'PATCH',
      path: ['keys', key],
      body: toWire(request),
      ...options,
    })) as KeyAnswer
  }

  activate(key: string, request: VersionChange = {}, options?: ChangeOptions): Promise<KeyAnswer> {
    return this.#move(key, 'activate', request, options)
  }

  rotate(
    key: string,
    request: {
      readonly reason?: string | undefined
      readonly material?: ImportedMaterial | undefined
      /** To the version that was imported as pending. */
      readonly pending?: boolean | undefined
    } = {},
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'rotate', request, options)
  }

  /** Brings material to a key made elsewhere: its first, the same again, or further material. */
  importVersion(
    key: string,
    request: ImportVersionRequest,
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'import', request, options)
  }

  /** Deletes material made elsewhere; the same can be brought again. */
  deleteMaterial(
    key: string,
    request: { readonly version?: number | undefined } = {},
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'delete-material', request, options)
  }

  /** Null: the keeper no longer rotates it by itself. */
  setRotation(key: string, periodDays: number | null, options?: ChangeOptions): Promise<KeyAnswer> {
    return this.#move(key, 'set-rotation', { periodDays }, options)
  }

  async usage(key: string, options: CallOptions = {}): Promise<KeyUsageAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['keys', key, 'usage'],
      ...options,
    })) as KeyUsageAnswer
  }

  suspend(key: string, reason: string, options?: ChangeOptions): Promise<KeyAnswer> {
    return this.#move(key, 'suspend', { reason }, options)
  }

  resume(key: string, reason?: string, options?: ChangeOptions): Promise<KeyAnswer> {
    return this.#move(key, 'resume', { reason }, options)
  }

  deactivate(
    key: string,
    request: VersionChange = {},
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'deactivate', request, options)
  }

  revoke(
    key: string,
    request: {
      readonly reason: RevocationReason
      readonly message?: string | undefined
      /** When the compromise happened, if known. */
      readonly occurredAt?: Instant | Date | undefined
      /** One version; absent: all. */
      readonly version?: number | undefined
    },
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'revoke', request, options)
  }

  destroy(
    key: string,
    request: VersionChange & {
      /** Days in which it can be cancelled, 30 if absent; 0 is at once. */
      readonly windowDays?: number | undefined
    } = {},
    options?: ChangeOptions,
  ): Promise<KeyAnswer> {
    return this.#move(key, 'destroy', request, options)
  }

  cancelDestroy(key: string, options?: ChangeOptions): Promise<KeyAnswer> {
    return this.#move(key, 'cancel-destroy', {}, options)
  }

  async history(key: string, options: CallOptions = {}): Promise<KeyHistoryAnswer> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['keys', key, 'history'],
      ...options,
    })) as KeyHistoryAnswer
  }

  async publicKey(
    key: string,
    version?: number,
    options: CallOptions = {},
  ): Promise<PublicKeyAnswer> {
    return fromWire(
      await this.#transport.json({
        method: 'GET',
        path: ['keys', key, 'public-key'],
        query: { version },
        ...options,
      }),
    )
  }

  /** The public half in PEM (RFC 7468), where its spec has a SubjectPublicKeyInfo. */
  async publicKeyPem(key: string, version?: number, options: CallOptions = {}): Promise<string> {
    const { text } = await this.#transport.send({
      method: 'GET',
      path: ['keys', key, 'public-key'],
      query: { version },
      accept: 'application/x-pem-file',
      ...options,
    })
    return text
  }

  async #create(
    path: readonly string[],
    request: CreateKeyRequest | ImportKeyRequest,
    options: CallOptions,
  ): Promise<KeyAnswer> {
    const body = toWire(request)
    return (await this.#transport.json({
      method: 'POST',
      path,
      body,
      creation: true,
      ...options,
    })) as KeyAnswer
  }

  async #move(
    key: string,
    verb: string,
    request: object,
    options: ChangeOptions = {},
  ): Promise<KeyAnswer> {
    const body = toWire(request)
    return (await this.#transport.json({
      method: 'POST',
      path: ['keys', key, verb],
      body,
      ...options,
    })) as KeyAnswer
  }
}

/** Labels travel as `name=value`, once for each. */
export function listQueryToWire(
  query: ListQuery & { readonly after?: string | undefined },
): Readonly<Record<string, QueryValue>> {
  const { labels = {}, ...rest } = query
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
  return { ...rest, ...(label.length > 0 && { label }) }
}
