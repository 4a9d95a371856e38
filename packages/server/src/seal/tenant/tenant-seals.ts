import type { SecretBytes } from '@claviger/bytes'
import {
  type Clock,
  type Instant,
  isKeeperError,
  KeeperError,
  type OwnPassphrases,
  type PrincipalId,
  type Tenant,
  type TenantId,
  type TenantKeys,
} from '@claviger/core'
import type { Keyring } from '../../custody/software/keyring.ts'
import type { LockedMemory } from '../../custody/software/locked-memory.ts'
import {
  assertNewPassphrase,
  derivePassphraseKey,
  newPassphraseParameters,
} from '../passphrase/passphrase-key.ts'
import { SealKey } from '../seal-kinds.ts'
import { type PassphraseParameters, parseParameters } from '../seal-record.ts'
import { Throttle } from '../throttle.ts'

export interface TenantSealsOptions {
  readonly keyring: Keyring
  readonly memory: LockedMemory
  readonly clock: Clock
  readonly findTenant: (tenant: TenantId) => Promise<Tenant | undefined>
}

/** Makes tenants' keys, and opens and closes the seals that tenants have of their own. */
export class TenantSeals implements TenantKeys {
  readonly #options: TenantSealsOptions
  readonly #keyring: Keyring
  readonly #throttle: Throttle
  /** One derivation at a time: each takes 64 MiB and more. A tenant has one place in the queue. */
  #queue: Promise<unknown> = Promise.resolve()
  readonly #waiting = new Set<TenantId>()
  /** Grows with each `seal`: what began before it must not unseal after it. */
  readonly #epochs = new Map<TenantId, number>()

  constructor(options: TenantSealsOptions) {
    this.#options = options
    this.#keyring = options.keyring
    this.#throttle = new Throttle(options.clock)
  }

  createTenant(id: TenantId, name: string, at: Instant): Tenant {
    const keys = this.#keyring.createTenantKeys(id, at)
    const tenant = { id, name, state: 'active' as const, ...keys, createdAt: at }
    this.#keyring.load(tenant)
    return tenant
  }

  isSealed(tenant: TenantId): boolean {
    return !this.#keyring.has(tenant) || this.#keyring.isClosed(tenant)
  }

  protect(
    tenant: Tenant,
    { current, next }: OwnPassphrases,
    who: PrincipalId,
    at: Instant,
  ): Promise<Tenant> {
    assertNewPassphrase(next)
    return this.#inTurn(tenant.id, who, async () => {
      const { ownSeal } = tenant
      if (ownSeal !== undefined) {
        if (current === undefined) {
          throw new KeeperError('precondition-failed', 'give the present passphrase as well')
        }
        await this.#withKey(ownSeal, current, (key) => {
          this.#guess(who, () => this.#keyring.assertOwnKey(tenant, key.key))
        })
      }
      const generation = (ownSeal?.generation ?? 0) + 1
      const fresh = { generation, ...newPassphraseParameters() }
      return this.#withKey(fresh, next, (key) => this.#keyring.protect(tenant, fresh, key.key, at))
    })
  }

  unseal(id: TenantId, passphrase: SecretBytes, who?: PrincipalId): Promise<void> {
    const epoch = this.#epochs.get(id)
    return this.#inTurn(id, who, async () => {
      const { ownSeal } = await this.#tenant(id)
      if (ownSeal === undefined) throw noOwnSeal()
      await this.#withKey(ownSeal, passphrase, async (key) => {
        // Read again: the root may have been rotated, or the passphrase changed, while the key was derived.
        const tenant = await this.#tenant(id)
        const changed = tenant.ownSeal?.generation !== ownSeal.generation
        if (changed || epoch !== this.#epochs.get(id)) {
          throw new KeeperError('conflict', 'the seal was closed or changed meanwhile; begin again')
        }
        this.#guess(who, () => this.#keyring.load(tenant, key.key))
      })
    })
  }

  seal(tenant: TenantId): void {
    this.#epochs.set(tenant, (this.#epochs.get(tenant) ?? 0) + 1)
    this.#keyring.close(tenant)
  }

  forget(tenant: TenantId): void {
    this.seal(tenant)
    this.#keyring.forget(tenant)
    this.#epochs.delete(tenant)
  }

  async #tenant(id: TenantId): Promise<Tenant> {
    const tenant = await this.#options.findTenant(id)
    if (tenant === undefined) throw new KeeperError('not-found', 'the tenant is not known here')
    return tenant
  }

  async #withKey<Result>(
    parameters: PassphraseParameters,
    passphrase: SecretBytes,
    use: (key: SealKey) => Result | Promise<Result>,
  ): Promise<Result> {
    const { memory } = this.#options
    const known = parseParameters({ ...parameters })
    const key = new SealKey(await derivePassphraseKey(known, passphrase, memory))
    try {
      return await use(key)
    } finally {
      key.wipe()
    }
  }

  /** Each person waits for their own failures alone: a colleague who mistypes keeps nobody out. */
  #guess(who: PrincipalId | undefined, open: () => void): void {
    if (who === undefined) return open()
    try {
      open()
    } catch (error) {
      if (isKeeperError(error) && error.code === 'authentication-failed') this.#throttle.fail(who)
      throw error
    }
    this.#throttle.succeed(who)
  }

  async #inTurn<Result>(
    tenant: TenantId,
    who: PrincipalId | undefined,
    run: () => Promise<Result>,
  ): Promise<Result> {
    if (who === undefined) return this.#next(run)
    this.#throttle.assertOpen(who)
    if (this.#waiting.has(tenant)) {
      throw new KeeperError(
        'rate-limited',
        'somebody of the tenant is at its seal; wait a second',
        {
          details: { retryAfterSeconds: 1 },
        },
      )
    }
    this.#waiting.add(tenant)
    try {
      return await this.#next(run)
    } finally {
      this.#waiting.delete(tenant)
    }
  }

  #next<Result>(run: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(run)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

function noOwnSeal(): KeeperError {
  return new KeeperError('conflict', 'the tenant has no seal of its own; `protect` begins one')
}
