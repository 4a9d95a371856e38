import type { Answered, Whoami } from './model.ts'
import { Principals, Tokens } from './access.ts'
import { Approvals } from './approvals.ts'
import { Audit } from './audit.ts'
import { Backups } from './backups.ts'
import { type BatchResult, type DataCallOptions, runBatch } from './batch.ts'
import { fromWire, toWire } from './bytes-on-wire.ts'
import {
  DATA_SEGMENTS,
  type DataAnswer,
  type DataItem,
  type DataResult,
  type DataVerb,
} from './data.ts'
import { Duties } from './duties.ts'
import { Emergencies } from './emergencies.ts'
import { Keys } from './keys.ts'
import { Objects } from './objects.ts'
import { Groups, Quorums } from './quorums.ts'
import { Seal } from './seal.ts'
import { Policies } from './policies.ts'
import { Tenants } from './tenants.ts'
import { type CallOptions, Transport, type TransportOptions } from './transport.ts'

export type ClavigerClientOptions = TransportOptions

/**
 * A keeper, as its callers see it. Failed calls throw `ClavigerError`; what may safely be repeated is
 * repeated after a pause when the keeper is briefly unavailable.
 */
export class ClavigerClient {
  readonly keys: Keys
  readonly objects: Objects
  readonly principals: Principals
  readonly tokens: Tokens
  readonly policies: Policies
  readonly groups: Groups
  readonly quorums: Quorums
  readonly duties: Duties
  readonly emergencies: Emergencies
  readonly approvals: Approvals
  readonly audit: Audit
  readonly backups: Backups
  readonly seal: Seal
  readonly tenants: Tenants
  readonly #transport: Transport

  constructor(options: ClavigerClientOptions) {
    const transport = new Transport(options)
    this.#transport = transport
    this.keys = new Keys(transport)
    this.objects = new Objects(transport)
    this.principals = new Principals(transport)
    this.tokens = new Tokens(transport)
    this.policies = new Policies(transport)
    this.groups = new Groups(transport)
    this.quorums = new Quorums(transport)
    this.duties = new Duties(transport)
    this.emergencies = new Emergencies(transport)
    this.approvals = new Approvals(transport)
    this.audit = new Audit(transport)
    this.backups = new Backups(transport)
    this.seal = new Seal(transport)
    this.tenants = new Tenants(transport)
  }

  /** Who the caller is to the keeper. */
  whoami(options?: CallOptions): Promise<Whoami> {
    return this.tokens.whoami(options)
  }

  /** Random bytes from the keeper's generator, 1 to 65536. */
  async random(
    lengthBytes: number,
    options: CallOptions = {},
  ): Promise<Answered & { readonly random: Uint8Array }> {
    const body = { lengthBytes }
    return fromWire(
      await this.#transport.json({
        method: 'POST',
        path: ['random'],
        body,
        repeatable: true,
        ...options,
      }),
    )
  }

  encrypt(key: string, item: DataItem<'encrypt'>, options?: DataCallOptions) {
    return this.#data('encrypt', key, item, options)
  }

  decrypt(key: string, item: DataItem<'decrypt'>, options?: DataCallOptions) {
    return this.#data('decrypt', key, item, options)
  }

  /** Moves a ciphertext to the current version, or to another key, inside the keeper. */
  reEncrypt(key: string, item: DataItem<'reEncrypt'>, options?: DataCallOptions) {
    return this.#data('reEncrypt', key, item, options)
  }

  sign(key: string, item: DataItem<'sign'>, options?: DataCallOptions) {
    return this.#data('sign', key, item, options)
  }

  verify(key: string, item: DataItem<'verify'>, options?: DataCallOptions) {
    return this.#data('verify', key, item, options)
  }

  mac(key: string, item: DataItem<'mac'>, options?: DataCallOptions) {
    return this.#data('mac', key, item, options)
  }

  verifyMac(key: string, item: DataItem<'verifyMac'>, options?: DataCallOptions) {
    return this.#data('verifyMac', key, item, options)
  }

  wrap(key: string, item: DataItem<'wrap'>, options?: DataCallOptions) {
    return this.#data('wrap', key, item, options)
  }

  unwrap(key: string, item: DataItem<'unwrap'>, options?: DataCallOptions) {
    return this.#data('unwrap', key, item, options)
  }

  generateDataKey(key: string, item: DataItem<'generateDataKey'>, options?: DataCallOptions) {
    return this.#data('generateDataKey', key, item, options)
  }

  generateDataKeyPair(
    key: string,
    item: DataItem<'generateDataKeyPair'>,
    options?: DataCallOptions,
  ) {
    return this.#data('generateDataKeyPair', key, item, options)
  }

  derive(key: string, item: DataItem<'derive'>, options?: DataCallOptions) {
    return this.#data('derive', key, item, options)
  }

  agree(key: string, item: DataItem<'agree'>, options?: DataCallOptions) {
    return this.#data('agree', key, item, options)
  }

  encapsulate(key: string, item: DataItem<'encapsulate'> = {}, options?: DataCallOptions) {
    return this.#data('encapsulate', key, item, options)
  }

  decapsulate(key: string, item: DataItem<'decapsulate'>, options?: DataCallOptions) {
    return this.#data('decapsulate', key, item, options)
  }

  /** One operation on many items; results come in their order, each on its own. */
  batch<Verb extends DataVerb>(
    verb: Verb,
    key: string,
    items: AsyncIterable<DataItem<Verb>> | Iterable<DataItem<Verb>>,
    options: DataCallOptions = {},
  ): AsyncGenerator<BatchResult<DataResult<Verb>>, void, undefined> {
    return runBatch(this.#transport, { verb, key, ...options }, items)
  }

  /** Repeating one leaves nothing behind but another entry in the log and a count against its limits. */
  async #data<Verb extends DataVerb>(
    verb: Verb,
    key: string,
    item: DataItem<Verb>,
    options: DataCallOptions = {},
  ): Promise<DataAnswer<Verb>> {
    const { acknowledgeRisk, signal } = options
    const body = toWire({ ...item, ...(acknowledgeRisk === true && { acknowledgeRisk }) })
    return fromWire(
      await this.#transport.json({
        method: 'POST',
        path: ['keys', key, DATA_SEGMENTS[verb]],
        body,
        repeatable: true,
        signal,
      }),
    )
  }
}
