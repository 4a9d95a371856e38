import type { EventTarget } from '../audit/event.ts'
import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import { isUuid, type KeyId, type TenantId } from '../id.ts'
import type { Key } from '../key/key.ts'
import { effectiveState } from '../key/lifecycle.ts'
import type { Resource } from '../policy/authorizer.ts'
import type { Store, Stored } from '../storage/store.ts'

/** A key's id or its name within the tenant. */
export type KeyRef = string

/** A key as the operations use it, with the parts that policies and entries need made once. */
export interface LoadedKey {
  readonly stored: Stored<'key'>
  readonly key: Key
  readonly resource: Resource
  readonly eventTarget: EventTarget
  /** Versions already read; the current one always is. */
  readonly versions: Map<number, Stored<'key-version'>>
}

/** The record id of a key's version. */
export function versionRecordId(key: KeyId, version: number): string {
  return `${key}/${version}`
}

/**
 * Keys in memory, so that a data operation touches no store. Bounded; the one that was loaded first leaves
 * first, and is read again when it is still used. INVARIANT: `drop` is called before the call that changed a key is answered.
 */
export class KeyCache {
  readonly #store: Store
  readonly #keysMax: number
  readonly #now: () => Instant
  readonly #byRef = new Map<string, LoadedKey>()
  /** Grows with every drop: a read that began before a drop must not be cached after it. */
  #epoch = 0

  constructor(store: Store, now: () => Instant, keysMax: number) {
    this.#store = store
    this.#now = now
    this.#keysMax = keysMax
  }

  /** Differs from an earlier reading when anything was dropped since. */
  get epoch(): number {
    return this.#epoch
  }

  /** The cached key, or undefined: the caller then awaits `load`. */
  peek(tenant: TenantId, ref: KeyRef): LoadedKey | undefined {
    return this.#byRef.get(`${tenant}\n${ref}`)
  }

  async load(tenant: TenantId, ref: KeyRef): Promise<LoadedKey | undefined> {
    for (;;) {
      const epoch = this.#epoch
      const loaded = await this.read(tenant, ref)
      if (loaded === undefined) return undefined
      if (epoch !== this.#epoch) continue
      this.#insert(tenant, loaded)
      return loaded
    }
  }

  /** Straight from the store, for changes: the revision is the newest. */
  async read(tenant: TenantId, ref: KeyRef): Promise<LoadedKey | undefined> {
    const stored = isUuid(ref)
      ? await this.#store.get('key', tenant, ref)
      : await this.#store.getByName('key', tenant, ref)
    if (stored === undefined) return undefined
    const versions = new Map<number, Stored<'key-version'>>()
    const current =
      stored.value.currentVersion === 0 ? stored.value.lastVersion : stored.value.currentVersion
    const version = await this.#readVersion(stored.value, current)
    versions.set(current, version)
    return loadedKey(stored, versions, this.#now())
  }

  /** A version of a loaded key: synchronous once it has been read. */
  version(
    loaded: LoadedKey,
    version: number,
  ): Stored<'key-version'> | Promise<Stored<'key-version'>> {
    const known = loaded.versions.get(version)
    if (known !== undefined) return known
    if (!Number.isSafeInteger(version) || version < 1 || version > loaded.key.lastVersion) {
      throw new KeeperError('not-found', `key \`${loaded.key.name}\` has no version ${version}`)
    }
    return this.#readVersion(loaded.key, version).then((stored) => {
      loaded.versions.set(version, stored)
      return stored
    })
  }

  /** Every version, oldest first. */
  async allVersions(loaded: LoadedKey): Promise<readonly Stored<'key-version'>[]> {
    const all: Stored<'key-version'>[] = []
    for (let version = 1; version <= loaded.key.lastVersion; version++) {
      all.push(await this.version(loaded, version))
    }
    return all
  }

  drop(tenant: TenantId, id: KeyId): void {
    this.#epoch++
    const loaded = this.#byRef.get(`${tenant}\n${id}`)
    if (loaded === undefined) return
    this.#byRef.delete(`${tenant}\n${id}`)
    this.#byRef.delete(`${tenant}\n${loaded.key.name}`)
  }

  clear(): void {
    this.#epoch++
    this.#byRef.clear()
  }

  async #readVersion(key: Key, version: number): Promise<Stored<'key-version'>> {
    const stored = await this.#store.get(
      'key-version',
      key.tenant,
      versionRecordId(key.id, version),
    )
    if (stored === undefined || stored.value.key !== key.id || stored.value.version !== version) {
      throw new KeeperError('integrity', `version ${version} of key \`${key.name}\` is missing`)
    }
    return stored
  }

  #insert(tenant: TenantId, loaded: LoadedKey): void {
    // Two references to each key; a Map keeps insertion order, so the first pair is the oldest.
    while (this.#byRef.size >= 2 * this.#keysMax) {
      const [oldest] = this.#byRef.values()
      if (oldest === undefined) break
      this.#byRef.delete(`${oldest.key.tenant}\n${oldest.key.id}`)
      this.#byRef.delete(`${oldest.key.tenant}\n${oldest.key.name}`)
    }
    this.#byRef.set(`${tenant}\n${loaded.key.id}`, loaded)
    this.#byRef.set(`${tenant}\n${loaded.key.name}`, loaded)
  }
}

export function loadedKey(
  stored: Stored<'key'>,
  versions: Map<number, Stored<'key-version'>>,
  now: Instant,
): LoadedKey {
  const key = stored.value
  const current = versions.get(key.currentVersion) ?? versions.get(key.lastVersion)
  const state = current === undefined ? 'pre-active' : effectiveState(key, current.value, now)
  return {
    stored,
    key,
    versions,
    resource: {
      kind: 'key',
      id: key.id,
      name: key.name,
      revision: stored.revision,
      attributes: {
        spec: key.spec,
        purpose: key.purpose,
        state,
        owner: key.owner,
        labels: key.labels,
      },
    },
    eventTarget: { kind: 'key', id: key.id, name: key.name, spec: key.spec, state },
  }
}
