import { isKeeperError, KeeperError } from '../error.ts'
import type { KeyId } from '../id.ts'
import type { RequestContext } from '../principal/principal.ts'
import { indexOf } from '../storage/record-index.ts'
import type { Delete, Put, UnitOfWork } from '../storage/store.ts'
import type { AttachmentCache } from './attachment-cache.ts'
import { GovernanceRail } from './governance.ts'
import type { GuardCache } from './guard-cache.ts'
import type { KeyCache } from './key-cache.ts'
import type { KeeperPorts } from './ports.ts'
import type { QuotaRail } from './tenant/quota-rail.ts'

/** Somebody else's change came between this one's reading and its writing. */
export class CommitConflict {
  readonly conflict: KeeperError

  constructor(conflict: KeeperError) {
    this.conflict = conflict
  }
}

const INSIDE: RequestContext = Object.freeze({ protocol: 'rest', peer: '' })

/** Makes changes durable, and then tells every cache and observer of them. */
export class Committer {
  readonly #ports: KeeperPorts
  readonly #keys: KeyCache
  readonly #attachments: AttachmentCache
  readonly #guards: GuardCache
  readonly #rail: GovernanceRail
  readonly #quotas: QuotaRail

  constructor(
    ports: KeeperPorts,
    keys: KeyCache,
    attachments: AttachmentCache,
    guards: GuardCache,
    quotas: QuotaRail,
  ) {
    this.#ports = ports
    this.#keys = keys
    this.#guards = guards
    this.#rail = new GovernanceRail(ports)
    this.#quotas = quotas
    this.#attachments = attachments
  }

  /** @param request of whoever changes something: the tenant must stay governable by such a call */
  async commit(work: UnitOfWork, request = INSIDE): Promise<void> {
    try {
      await this.#quotas.within(work, request, () => this.#rail.commit(work, request))
    } catch (error) {
      throw isKeeperError(error) && error.code === 'conflict' ? new CommitConflict(error) : error
    }
    await this.#announce(work)
  }

  /** Whether `commit` would find everything as it was read, and the names free; writes nothing. */
  async rehearse(
    { puts, deletes = [], unchanged = [] }: Omit<UnitOfWork, 'outbox'>,
    request: RequestContext,
  ): Promise<void> {
    const { store } = this.#ports
    await this.#rail.assert({ puts, deletes }, request)
    await this.#quotas.assert({ puts, deletes })
    for (const { kind, tenant, id, expected } of [...puts, ...deletes, ...unchanged]) {
      const found = await store.get(kind, tenant, id)
      if ((found?.revision ?? 0) !== expected) throw changedMeanwhile()
    }
    for (const { kind, tenant, id, value } of puts) {
      const { name } = indexOf(kind, value)
      const holder = name === undefined ? undefined : await store.getByName(kind, tenant, name)
      if (holder === undefined || holder.id === id) continue
      const taken = new KeeperError('conflict', `there is a ${kind} \`${name ?? ''}\` already`)
      throw new CommitConflict(taken)
    }
  }

  /**
   * INVARIANT: every cache hears of a change before the call that made it is answered. The change is
   * durable by now, so an observer that fails is the operator's to hear of, and keeps nobody else from it.
   */
  async #announce(work: UnitOfWork): Promise<void> {
    const changes = [...work.puts, ...(work.deletes ?? [])]
    for (const change of changes) this.#drop(change)
    for (const change of changes) {
      const { kind, tenant, id } = change
      for (const observe of this.#ports.observers) {
        try {
          const value = 'value' in change ? (change as Put).value : undefined
          await observe(kind, tenant, id, value)
        } catch (error) {
          this.#ports.report(error)
        }
      }
    }
  }

  #drop(change: Put | Delete): void {
    const { kind, tenant, id } = change
    if (kind === 'quorum' || kind === 'group') this.#guards.drop(tenant)
    else if (kind === 'attachment') {
      const key = 'value' in change ? (change as Put<'attachment'>).value.key : undefined
      this.#attachments.drop(tenant, id, key)
    } else if (kind === 'key') this.#keys.drop(tenant, id as KeyId)
    else if (kind === 'key-version') this.#keys.drop(tenant, id.slice(0, id.indexOf('/')) as KeyId)
  }
}

function changedMeanwhile(): CommitConflict {
  return new CommitConflict(new KeeperError('conflict', 'it changed meanwhile; ask again'))
}
