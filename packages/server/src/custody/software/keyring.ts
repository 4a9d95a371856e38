import { decodeBase64url, encodeBase64url } from '@claviger/bytes'
import {
  authenticationFailed,
  KeeperError,
  type OwnSeal,
  type RowGuard,
  SYSTEM_TENANT,
  type Instant,
  type Tenant,
  type TenantId,
  tenantSealed,
  type WrappedKek,
} from '@claviger/core'
import { mac, type OpenKey, openKey, randomSecret } from '@claviger/crypto'
import type { RecordBinding } from '@claviger/envelope'
import type { LockedBytes, LockedMemory } from './locked-memory.ts'
import { unwrapRecord, wrapRecord, wrappedByOf } from './wrapped-record.ts'

const KEY_BYTES = 32

/** A key whose bytes lie in locked memory. */
export interface HeldKey {
  readonly key: OpenKey
  readonly bytes: LockedBytes
}

interface HeldTenant {
  /** None while the tenant's own seal is closed. */
  readonly keks: ReadonlyMap<number, HeldKey>
  readonly currentKek: number
  readonly integrityKey: HeldKey
}

/** A root key and its generation, as the seal hands it over; the keyring owns the bytes from then on. */
export interface RootKey {
  readonly generation: number
  readonly bytes: LockedBytes
}

/** The tenants' keys as they are stored, wrapped under the root. */
export type WrappedTenantKeys = Pick<Tenant, 'keks' | 'currentKek' | 'integrityKey'>

/**
 * The keys between the seal and the key material: root, tenants' key-encryption keys and integrity keys,
 * all in locked memory. Empty while sealed.
 */
export class Keyring implements RowGuard {
  readonly #memory: LockedMemory
  readonly #onWipe: (() => void)[] = []
  readonly #onClose: ((tenant: TenantId) => void)[] = []
  readonly #tenants = new Map<TenantId, HeldTenant>()
  #roots = new Map<number, HeldKey>()
  #currentRoot = 0
  #systemKey: HeldKey | undefined

  constructor(memory: LockedMemory) {
    this.#memory = memory
  }

  get isSealed(): boolean {
    return this.#currentRoot === 0
  }

  /** Calls `wipe` whenever the keyring is wiped: what was opened with its keys goes with them. */
  onWipe(wipe: () => void): void {
    this.#onWipe.push(wipe)
  }

  /** Calls `wipe` whenever a tenant's own seal is closed. */
  onClose(wipe: (tenant: TenantId) => void): void {
    this.#onClose.push(wipe)
  }

  /** Takes the roots over (two of them while one replaces the other; the newest wraps). */
  install(roots: readonly RootKey[]): void {
    for (const { generation, bytes } of roots) {
      const known = this.#roots.get(generation)
      if (known !== undefined) bytes.free()
      else this.#roots.set(generation, held('aes-256', bytes))
    }
    this.#currentRoot = Math.max(...this.#roots.keys())
  }

  /** Wipes every root but the newest, once nothing is wrapped under them. */
  retireOldRoots(): void {
    for (const [generation, root] of this.#roots) {
      if (generation === this.#currentRoot) continue
      release(root)
      this.#roots.delete(generation)
    }
  }

  wipe(): void {
    try {
      for (const wipe of this.#onWipe) wipe()
    } finally {
      for (const tenant of this.#tenants.keys()) this.forget(tenant)
      for (const root of this.#roots.values()) release(root)
      this.#roots = new Map()
      this.#currentRoot = 0
      if (this.#systemKey !== undefined) release(this.#systemKey)
      this.#systemKey = undefined
    }
  }

  assertUnsealed(): void {
    if (this.#currentRoot === 0) {
      throw new KeeperError('sealed', 'the keeper is sealed; unseal it first')
    }
  }

  /** Makes the key that authenticates the system's own rows; wrapped under the newest root, base64url. */
  createSystemKey(): string {
    return this.#wrapFresh({ kind: 'integrity-key', tenant: SYSTEM_TENANT })
  }

  installSystemKey(wrapped: string): void {
    const key = this.#unwrap(
      'hmac-sha256',
      { kind: 'integrity-key', tenant: SYSTEM_TENANT },
      wrapped,
    )
    if (this.#systemKey !== undefined) release(this.#systemKey)
    this.#systemKey = key
  }

  /** The same key, wrapped under the newest root; undefined when it is already. */
  rewrapSystemKey(wrapped: string): string | undefined {
    return this.#rewrap({ kind: 'integrity-key', tenant: SYSTEM_TENANT }, wrapped)
  }

  /** The keys of a new tenant, wrapped; `load` the tenant once it is stored. */
  createTenantKeys(tenant: TenantId, createdAt: Instant): WrappedTenantKeys {
    const version = 1
    return {
      keks: [this.#createKek(tenant, version, createdAt)],
      currentKek: version,
      integrityKey: this.#wrapFresh({ kind: 'integrity-key', tenant }),
    }
  }

  /** The tenant with one more KEK, which wraps from now on; older ones only open. */
  rotateKek(tenant: Tenant, createdAt: Instant): Tenant {
    if (tenant.ownSeal !== undefined) {
      throw new KeeperError('unsupported', 'a new passphrase of its own seal brings a new kek')
    }
    const version = Math.max(...tenant.keks.map((kek) => kek.version)) + 1
    const keks = [...tenant.keks, this.#createKek(tenant.id, version, createdAt)]
    return { ...tenant, keks, currentKek: version }
  }

  /** The tenant with its keys under the newest root; undefined when they are already. */
  rewrapTenant(tenant: Tenant): Tenant | undefined {
    this.assertUnsealed()
    if (tenant.state === 'shredded') return undefined
    let changed = false
    const keep = (binding: RecordBinding, wrapped: string): string => {
      const fresh = this.#rewrap(binding, wrapped)
      changed ||= fresh !== undefined
      return fresh ?? wrapped
    }
    const keks = tenant.keks.map((kek) => ({
      ...kek,
      wrapped: keep({ kind: 'tenant-kek', tenant: tenant.id, version: kek.version }, kek.wrapped),
    }))
    const integrityKey = keep({ kind: 'integrity-key', tenant: tenant.id }, tenant.integrityKey)
    return changed ? { ...tenant, keks, integrityKey } : undefined
  }

  has(tenant: TenantId): boolean {
    return this.#tenants.has(tenant)
  }

  /** True while the tenant's own seal is closed. */
  isClosed(tenant: TenantId): boolean {
    return this.#tenants.get(tenant)?.keks.size === 0
  }

  /** Throws `tenant-sealed` while the tenant's own seal is closed. */
  assertOpen(tenant: TenantId): void {
    this.assertUnsealed()
    if (this.isClosed(tenant)) throw tenantSealed()
  }

  /**
   * Opens a tenant's keys; again after its record changed. `integrity` when they do not open.
   * @param ownKey what its own seal opens: without it, its KEKs stay closed, and its rows can be read;
   * `authentication-failed` when it is not the right one
   */
  load(tenant: Tenant, ownKey?: OpenKey): void {
    this.assertUnsealed()
    const keks = new Map<number, HeldKey>()
    try {
      const closed = tenant.ownSeal !== undefined && ownKey === undefined
      for (const kek of closed ? [] : tenant.keks) {
        keks.set(
          kek.version,
          held('aes-256', this.#memory.take(this.#kekBytes(tenant, kek, ownKey))),
        )
      }
      const integrityKey = this.#unwrap(
        'hmac-sha256',
        { kind: 'integrity-key', tenant: tenant.id },
        tenant.integrityKey,
      )
      this.forget(tenant.id)
      this.#tenants.set(tenant.id, { keks, currentKek: tenant.currentKek, integrityKey })
    } catch (error) {
      for (const kek of keks.values()) release(kek)
      throw error
    }
  }

  /** The tenant with its KEKs, and a fresh one, under `ownKey` too. What is open stays as it is. */
  protect(tenant: Tenant, ownSeal: OwnSeal, ownKey: OpenKey, createdAt: Instant): Tenant {
    this.assertOpen(tenant.id)
    const known = this.#tenant(tenant.id).keks
    const version = Math.max(...tenant.keks.map((kek) => kek.version)) + 1
    const wrap = (number: number, kek: Uint8Array): string => {
      const inner = { kind: 'own-kek', tenant: tenant.id, version: number } as const
      const record = wrapRecord(ownKey, ownSeal.generation, inner, kek)
      return this.#wrapUnderRoot({ ...inner, kind: 'tenant-kek' }, record)
    }
    const keks = tenant.keks.map((kek) => {
      const open = known.get(kek.version)
      if (open === undefined) throw new KeeperError('conflict', 'the tenant changed; ask again')
      return { ...kek, wrapped: wrap(kek.version, open.bytes.bytes) }
    })
    const fresh = freshKey()
    try {
      keks.push({ version, wrapped: wrap(version, fresh), createdAt })
    } finally {
      fresh.fill(0)
    }
    return { ...tenant, keks, currentKek: version, ownSeal }
  }

  /** Throws `authentication-failed` when `ownKey` is not what the tenant's own seal opens. */
  assertOwnKey(tenant: Tenant, ownKey: OpenKey): void {
    for (const kek of tenant.keks) this.#kekBytes(tenant, kek, ownKey).fill(0)
  }

  /** Wipes the KEKs of a tenant that has a seal of its own, and all that was opened by them. */
  close(tenant: TenantId): void {
    const known = this.#tenants.get(tenant)
    if (known === undefined) return
    try {
      for (const wipe of this.#onClose) wipe(tenant)
    } finally {
      for (const kek of known.keks.values()) release(kek)
      this.#tenants.set(tenant, { ...known, keks: new Map() })
    }
  }

  /** Wipes a tenant's keys: what they wrap can no longer be opened here. */
  forget(tenant: TenantId): void {
    const known = this.#tenants.get(tenant)
    if (known === undefined) return
    for (const kek of known.keks.values()) release(kek)
    release(known.integrityKey)
    this.#tenants.delete(tenant)
  }

  /** HMAC-SHA256 of a row under its tenant's integrity key. */
  mac(tenant: TenantId, message: Uint8Array): Uint8Array {
    return mac(this.#integrityKey(tenant).key, 'hmac-sha256', message)
  }

  /** Wraps under the tenant's present KEK. */
  wrap(tenant: TenantId, binding: RecordBinding, plaintext: Uint8Array): Uint8Array {
    this.assertOpen(tenant)
    const { keks, currentKek } = this.#tenant(tenant)
    const kek = keks.get(currentKek)
    if (kek === undefined) throw new KeeperError('integrity', 'the tenant has no current kek')
    return wrapRecord(kek.key, currentKek, binding, plaintext)
  }

  /** SAFETY: the plaintext is a secret in ordinary memory; the caller moves it or wipes it. */
  unwrap(tenant: TenantId, binding: RecordBinding, record: Uint8Array): Uint8Array {
    this.assertOpen(tenant)
    const { keks } = this.#tenant(tenant)
    try {
      const kek = keks.get(wrappedByOf(record))
      if (kek === undefined) throw new Error('wrapped under a kek that this tenant does not have')
      return unwrapRecord(kek.key, binding, record)
    } catch (cause) {
      throw notAuthentic(cause)
    }
  }

  #tenant(tenant: TenantId): HeldTenant {
    this.assertUnsealed()
    const known = this.#tenants.get(tenant)
    if (known === undefined) throw new KeeperError('not-found', 'the tenant is not known here')
    return known
  }

  #integrityKey(tenant: TenantId): HeldKey {
    if (tenant !== SYSTEM_TENANT) return this.#tenant(tenant).integrityKey
    this.assertUnsealed()
    if (this.#systemKey === undefined) {
      throw new KeeperError('sealed', 'the keeper is sealed; unseal it first')
    }
    return this.#systemKey
  }

  #root(): HeldKey {
    this.assertUnsealed()
    return this.#roots.get(this.#currentRoot) as HeldKey
  }

  #createKek(tenant: TenantId, version: number, createdAt: Instant): WrappedKek {
    const wrapped = this.#wrapFresh({ kind: 'tenant-kek', tenant, version })
    return { version, wrapped, createdAt }
  }

  #wrapFresh(binding: RecordBinding): string {
    const fresh = freshKey()
    try {
      return this.#wrapUnderRoot(binding, fresh)
    } finally {
      fresh.fill(0)
    }
  }

  #wrapUnderRoot(binding: RecordBinding, plain: Uint8Array): string {
    return encodeBase64url(wrapRecord(this.#root().key, this.#currentRoot, binding, plain))
  }

  /** SAFETY: a KEK in ordinary memory; the caller moves it or wipes it. */
  #kekBytes(
    { id, ownSeal }: Tenant,
    { version, wrapped }: WrappedKek,
    ownKey?: OpenKey,
  ): Uint8Array {
    const binding = { kind: 'tenant-kek', tenant: id, version } as const
    const outer = this.#unwrapBytes(binding, wrapped)
    if (ownSeal === undefined || ownKey === undefined) {
      // A record inside is not a KEK, whatever became of the seal's facts.
      if (outer.length === KEY_BYTES) return outer
      throw notAuthentic(new Error('the kek is under a seal of the tenant'))
    }
    try {
      return unwrapRecord(ownKey, { ...binding, kind: 'own-kek' }, outer)
    } catch (cause) {
      throw authenticationFailed(cause)
    } finally {
      outer.fill(0)
    }
  }

  #unwrapBytes(binding: RecordBinding, wrapped: string): Uint8Array {
    this.assertUnsealed()
    try {
      const record = decodeBase64url(wrapped)
      const root = this.#roots.get(wrappedByOf(record))
      if (root === undefined) throw new Error('wrapped under a root that is not here')
      return unwrapRecord(root.key, binding, record)
    } catch (cause) {
      throw notAuthentic(cause)
    }
  }

  #unwrap(spec: 'aes-256' | 'hmac-sha256', binding: RecordBinding, wrapped: string): HeldKey {
    return held(spec, this.#memory.take(this.#unwrapBytes(binding, wrapped)))
  }

  #rewrap(binding: RecordBinding, wrapped: string): string | undefined {
    if (wrappedByOf(decodeBase64url(wrapped)) === this.#currentRoot) return undefined
    const plain = this.#unwrapBytes(binding, wrapped)
    try {
      return this.#wrapUnderRoot(binding, plain)
    } finally {
      plain.fill(0)
    }
  }
}

/** 32 random bytes for a key, outside V8's heap; the caller moves or wipes them. */
export function freshKey(): Uint8Array {
  return randomSecret(KEY_BYTES)
}

function held(spec: 'aes-256' | 'hmac-sha256', bytes: LockedBytes): HeldKey {
  return { key: openKey(spec, bytes.bytes), bytes }
}

function release({ key, bytes }: HeldKey): void {
  key.wipe()
  bytes.free()
}

function notAuthentic(cause: unknown): KeeperError {
  return new KeeperError(
    'integrity',
    'a stored key does not authenticate; restore its record from a backup',
    { cause },
  )
}
