import type { KeyId, MaterialBinding, StoredMaterial, TenantId } from '@claviger/core'
import type { SoftwareMaterial } from './software-material.ts'

export interface OpenedMaterial {
  readonly material: SoftwareMaterial
  /** Where the secret lies: the two are bounded apart. Public halves cost neither. */
  readonly place: 'locked' | 'secure-heap' | 'none'
  readonly bytes: number
}

interface Entry extends OpenedMaterial {
  stored: StoredMaterial
  lastUsed: number
}

export interface MaterialCacheLimits {
  readonly entriesMax: number
  /** Bytes of symmetric keys and seeds: below RLIMIT_MEMLOCK. */
  readonly lockedBytesMax: number
  /** Bytes of private keys: below the size of OpenSSL's secure heap. */
  readonly secureHeapBytesMax: number
}

/** The share of the entries that leaves when a limit is met, so that a scan pays for many insertions. */
const EVICTED_FRACTION = 1 / 8

/**
 * Opened material by key and version. What leaves is wiped at once; the least recently used leaves first,
 * found by a scan of their last uses, because reordering a list would cost every hit.
 */
export class MaterialCache {
  readonly #limits: MaterialCacheLimits
  readonly #keys = new Map<KeyId, Map<number, Entry>>()
  #tick = 0
  #count = 0
  #bytes = { locked: 0, 'secure-heap': 0, none: 0 }

  constructor(limits: MaterialCacheLimits) {
    this.#limits = limits
  }

  get count(): number {
    return this.#count
  }

  /** The open material of exactly this record; an older or an edited one is not a hit. */
  get(stored: StoredMaterial): SoftwareMaterial | undefined {
    const { binding } = stored
    const entry = this.#keys.get(binding.key)?.get(binding.version)
    if (entry === undefined) return undefined
    if (entry.stored !== stored) {
      if (!isSame(entry.stored, stored)) return undefined
      entry.stored = stored
    }
    entry.lastUsed = ++this.#tick
    return entry.material
  }

  put(stored: StoredMaterial, opened: OpenedMaterial): void {
    const { key, version } = stored.binding
    this.evict(key, version)
    this.#makeRoom(opened)
    let versions = this.#keys.get(key)
    if (versions === undefined) {
      versions = new Map()
      this.#keys.set(key, versions)
    }
    versions.set(version, { ...opened, stored, lastUsed: ++this.#tick })
    this.#count++
    this.#bytes[opened.place] += opened.bytes
  }

  /** Wipes a key or one version; true when a private key of OpenSSL's was among them. */
  evict(key: KeyId, version?: number): boolean {
    const versions = this.#keys.get(key)
    if (versions === undefined) return false
    let inSecureHeap = false
    for (const [number, entry] of versions) {
      if (version !== undefined && number !== version) continue
      this.#close(entry)
      versions.delete(number)
      inSecureHeap ||= entry.place === 'secure-heap'
    }
    if (versions.size === 0) this.#keys.delete(key)
    return inSecureHeap
  }

  clear(): boolean {
    let inSecureHeap = false
    for (const key of this.#keys.keys()) inSecureHeap = this.evict(key) || inSecureHeap
    return inSecureHeap
  }

  /** Wipes all that is a tenant's. */
  evictTenant(tenant: TenantId): boolean {
    let inSecureHeap = false
    for (const [key, versions] of this.#keys) {
      for (const { stored } of versions.values()) {
        if (stored.binding.tenant !== tenant) break
        inSecureHeap = this.evict(key) || inSecureHeap
      }
    }
    return inSecureHeap
  }

  /** Wipes the least recently used of those that lie in `place`, at least one of them. */
  evictOldest(place?: OpenedMaterial['place']): void {
    const candidates: Entry[] = []
    for (const versions of this.#keys.values()) {
      for (const entry of versions.values()) {
        if (place === undefined || entry.place === place) candidates.push(entry)
      }
    }
    candidates.sort((left, right) => left.lastUsed - right.lastUsed)
    const count = Math.ceil(candidates.length * EVICTED_FRACTION)
    for (const { stored } of candidates.slice(0, count)) {
      this.evict(stored.binding.key, stored.binding.version)
    }
  }

  #makeRoom({ place, bytes }: OpenedMaterial): void {
    const { entriesMax, lockedBytesMax, secureHeapBytesMax } = this.#limits
    const bytesMax = { locked: lockedBytesMax, 'secure-heap': secureHeapBytesMax, none: Infinity }
    while (this.#count > 0 && this.#count >= entriesMax) this.evictOldest()
    while (this.#bytes[place] > 0 && this.#bytes[place] + bytes > bytesMax[place]) {
      this.evictOldest(place)
    }
  }

  #close(entry: Entry): void {
    entry.material.close()
    this.#count--
    this.#bytes[entry.place] -= entry.bytes
  }
}

function isSame(left: StoredMaterial, right: StoredMaterial): boolean {
  return (
    left.material === right.material &&
    left.publicKey === right.publicKey &&
    isSameBinding(left.binding, right.binding)
  )
}

function isSameBinding(left: MaterialBinding, right: MaterialBinding): boolean {
  return (
    left.tenant === right.tenant &&
    left.key === right.key &&
    left.version === right.version &&
    left.spec === right.spec &&
    left.purpose === right.purpose &&
    left.generation === right.generation
  )
}
