import type { Answered, Instant, LoggedEntry, Outcome } from './model.ts'
import { toWire } from './bytes-on-wire.ts'
import { everyItem } from './paging.ts'
import type { CallOptions, QueryValue, Transport } from './transport.ts'

export interface EntryQuery {
  /** Id or name of what it was done to. */
  readonly target?: string | undefined
  /** Id or name of who did it. */
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly outcome?: Outcome | undefined
  /** Inclusive bounds. */
  readonly since?: Instant | Date | undefined
  readonly until?: Instant | Date | undefined
  /** Records of one page, up to 1000. */
  readonly limit?: number | undefined
}

export interface EntryPage extends Answered {
  readonly entries: readonly LoggedEntry[]
  /** Give as `before` for older ones. */
  readonly next?: number
}

/** The keeper's log. What it says is proved by receipts and checkpoints, not by these answers. */
export class Audit {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  async page(
    query: EntryQuery & { readonly before?: number | undefined } = {},
    options: CallOptions = {},
  ): Promise<EntryPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: ['audit', 'entries'],
      query: toWire(query) as Readonly<Record<string, QueryValue>>,
      ...options,
    })) as EntryPage
  }

  /** Newest first. */
  list(query: EntryQuery = {}, options: CallOptions = {}): AsyncGenerator<LoggedEntry> {
    return everyItem(async (before: number | undefined) => {
      const { entries, next } = await this.page({ ...query, before }, options)
      return { items: entries, next }
    })
  }

  /** An offline proof that an entry is in the log (c2sp.org/tlog-proof). */
  async receipt(index: number, options: CallOptions = {}): Promise<string> {
    const path = ['audit', 'entries', String(index), 'receipt']
    const { text } = await this.#transport.send({
      method: 'GET',
      path,
      accept: 'text/plain, application/json',
      ...options,
    })
    return text
  }

  /** The newest signed checkpoint (c2sp.org/tlog-checkpoint); keep it to hold later ones against it. */
  async checkpoint(options: CallOptions = {}): Promise<string> {
    const { text } = await this.#transport.send({
      method: 'GET',
      path: ['audit', 'checkpoint'],
      accept: 'text/plain, application/json',
      ...options,
    })
    return text
  }
}
