import type { Instant } from '../clock.ts'
import type { EventId, KeyId, TenantId } from '../id.ts'
import type { Action } from '../policy/action.ts'
import type { LastUse } from '../storage/record.ts'
import type { Put, Store } from '../storage/store.ts'

/** Written down this often at most: a use costs no write, and a crash forgets a minute of them. */
const WRITE_EVERY_MS = 60_000
const BATCH = 256
/** Of uses that are written down already, this many keys are kept in memory. */
const KEPT_MAX = 10_000

export interface NotedUse {
  readonly key: KeyId
  readonly action: Action
  readonly version: number
}

interface Known {
  readonly tenant: TenantId
  readonly key: KeyId
  at: Instant
  action: Action
  version: number
  event: EventId
  requestId: string | undefined
  isWritten: boolean
}

/** When each key last did its work, and what: by key, newest only. */
export class LastUses {
  readonly #store: Store
  readonly #known = new Map<KeyId, Known>()
  #writtenAt = Number.NEGATIVE_INFINITY

  constructor(store: Store) {
    this.#store = store
  }

  /** On the hot path: waits for nothing. */
  note(
    tenant: TenantId,
    { key, action, version }: NotedUse,
    at: Instant,
    event: EventId,
    requestId: string | undefined,
  ): void {
    const known = this.#known.get(key)
    if (known === undefined) {
      const isWritten = false
      this.#known.set(key, { tenant, key, at, action, version, event, requestId, isWritten })
      return
    }
    known.at = at
    known.action = action
    known.version = version
    known.event = event
    known.requestId = requestId
    known.isWritten = false
  }

  /** Undefined for a key that has not been used. */
  async get(tenant: TenantId, key: KeyId): Promise<LastUse | undefined> {
    const known = this.#known.get(key)
    if (known !== undefined && known.tenant === tenant) return recordOf(known)
    return (await this.#store.get('last-use', tenant, key))?.value
  }

  /** Nothing is written any more of a tenant that is no more. */
  forget(tenant: TenantId): void {
    for (const [key, known] of this.#known) if (known.tenant === tenant) this.#known.delete(key)
  }

  /** Writes down what is not, if that was not done lately; `now` absent: at once. */
  async write(now?: Instant): Promise<void> {
    if (now !== undefined) {
      // A clock set back does not put it off for longer than usual.
      if (now >= this.#writtenAt && now < this.#writtenAt + WRITE_EVERY_MS) return
      this.#writtenAt = now
    }
    const unwritten = [...this.#known.values()].filter(({ isWritten }) => !isWritten)
    for (let from = 0; from < unwritten.length; from += BATCH) {
      await this.#writeBatch(unwritten.slice(from, from + BATCH))
    }
    if (this.#known.size <= KEPT_MAX) return
    for (const [key, { isWritten }] of this.#known) if (isWritten) this.#known.delete(key)
  }

  async #writeBatch(batch: readonly Known[]): Promise<void> {
    const puts: Put<'last-use'>[] = []
    for (const known of batch) {
      const { tenant, key: id } = known
      const before = await this.#store.get('last-use', tenant, id)
      const expected = before?.revision ?? 0
      puts.push({ kind: 'last-use', tenant, id, value: recordOf(known), expected })
    }
    await this.#store.commit({ puts })
    for (const [index, known] of batch.entries()) {
      // Used again while it was written: that is for the next time.
      if (puts[index]?.value.event === known.event) known.isWritten = true
    }
  }
}

function recordOf({ tenant, key, at, action, version, event, requestId }: Known): LastUse {
  return {
    tenant,
    key,
    at,
    action,
    version,
    event,
    ...(requestId !== undefined && { requestId }),
  }
}
