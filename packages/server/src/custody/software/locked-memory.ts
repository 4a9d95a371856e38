import { createRequire } from 'node:module'

/** The part of sodium-native that is used here; the package ships no types. */
interface Sodium {
  sodium_malloc(lengthBytes: number): Uint8Array
  sodium_free(bytes: Uint8Array): void
  sodium_mlock(bytes: Uint8Array): void
}

const SLOT_BYTES_MIN = 32
const SLOT_BYTES_MAX = 2048
/** 512 AES-256 keys to a slab; libsodium adds two guard pages, which are not locked, and a canary. */
const SLAB_BYTES = 16 * 1024

/** Secret bytes in a slot of their own. Prints as `[secret]`. */
export class LockedBytes {
  readonly #bytes: Uint8Array
  readonly #release: () => void
  #freed = false

  constructor(bytes: Uint8Array, release: () => void) {
    this.#bytes = bytes
    this.#release = release
  }

  get length(): number {
    return this.#bytes.length
  }

  get isFreed(): boolean {
    return this.#freed
  }

  /** The bytes by reference: SAFETY: never kept beyond `free`, after which another secret may lie there. */
  get bytes(): Uint8Array {
    if (this.#freed) throw new Error('locked bytes were read after they were freed')
    return this.#bytes
  }

  /** Wipes the bytes and gives the slot back. Safe to repeat. */
  free(): void {
    if (this.#freed) return
    this.#freed = true
    this.#bytes.fill(0)
    this.#release()
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]'
  }

  [Symbol.dispose](): void {
    this.free()
  }
}

export interface LockedMemoryOptions {
  /** Called once, when memory cannot be locked and ordinary memory is used from then on. */
  readonly warn: (message: string) => void
  /** For tests: as if sodium-native were not installed. */
  readonly withoutSodium?: boolean
}

/**
 * Memory for secrets: pages that are never swapped or dumped, between guard pages (libsodium's
 * sodium_malloc), cut into slots of powers of two, because a page for each 32-byte key would exhaust
 * RLIMIT_MEMLOCK. Slots are wiped when freed and reused; slabs are kept.
 */
export class LockedMemory {
  readonly #warn: (message: string) => void
  readonly #free = new Map<number, Uint8Array[]>()
  #sodium: Sodium | undefined
  #warned = false
  #usedBytes = 0
  #slabBytes = 0

  constructor(options: LockedMemoryOptions) {
    this.#warn = options.warn
    this.#sodium = options.withoutSodium === true ? undefined : loadSodium()
    if (this.#sodium === undefined) this.#fallBack('sodium-native cannot be loaded')
  }

  /** Whether everything given out so far is locked. */
  get isLocked(): boolean {
    return !this.#warned
  }

  /** Bytes in slots that are in use. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Bytes of all slabs. */
  get slabBytes(): number {
    return this.#slabBytes
  }

  /** A zeroed slot for `lengthBytes`. */
  allocate(lengthBytes: number): LockedBytes {
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1)
      throw new Error('nothing to allocate')
    if (lengthBytes > SLOT_BYTES_MAX) return this.#allocateAlone(lengthBytes)
    let slotBytes = SLOT_BYTES_MIN
    while (slotBytes < lengthBytes) slotBytes *= 2
    const slots = this.#slots(slotBytes)
    const slot = slots.pop() as Uint8Array
    this.#usedBytes += slotBytes
    const bytes = lengthBytes === slotBytes ? slot : slot.subarray(0, lengthBytes)
    return new LockedBytes(bytes, () => {
      this.#usedBytes -= slotBytes
      slots.push(slot)
    })
  }

  /** Moves `source` here: it is copied into a slot and then zeroed where it was. */
  take(source: Uint8Array): LockedBytes {
    const locked = this.allocate(source.length)
    locked.bytes.set(source)
    source.fill(0)
    return locked
  }

  /** A second copy, in locked memory as well. */
  copy(source: LockedBytes): LockedBytes {
    const locked = this.allocate(source.length)
    locked.bytes.set(source.bytes)
    return locked
  }

  #slots(slotBytes: number): Uint8Array[] {
    let slots = this.#free.get(slotBytes)
    if (slots === undefined) {
      slots = []
      this.#free.set(slotBytes, slots)
    }
    if (slots.length === 0) {
      const slab = this.#pages(SLAB_BYTES)
      this.#slabBytes += SLAB_BYTES
      for (let start = SLAB_BYTES - slotBytes; start >= 0; start -= slotBytes) {
        slots.push(new Uint8Array(slab.buffer, slab.byteOffset + start, slotBytes))
      }
    }
    return slots
  }

  #allocateAlone(lengthBytes: number): LockedBytes {
    const sodium = this.#sodium
    const pages = this.#pages(lengthBytes)
    const isOwn = sodium !== undefined && this.#sodium === sodium
    this.#usedBytes += lengthBytes
    return new LockedBytes(new Uint8Array(pages.buffer, pages.byteOffset, lengthBytes), () => {
      this.#usedBytes -= lengthBytes
      if (isOwn) sodium.sodium_free(pages)
    })
  }

  #pages(lengthBytes: number): Uint8Array {
    if (this.#sodium !== undefined) {
      try {
        const pages = this.#sodium.sodium_malloc(lengthBytes)
        // sodium_malloc does not say when the kernel refused to lock; asking again does.
        this.#sodium.sodium_mlock(pages)
        pages.fill(0)
        return pages
      } catch {
        this.#fallBack('memory cannot be locked; raise RLIMIT_MEMLOCK')
      }
    }
    return new Uint8Array(lengthBytes)
  }

  #fallBack(reason: string): void {
    this.#sodium = undefined
    if (this.#warned) return
    this.#warned = true
    this.#warn(`${reason}: keys may be swapped to disk until this is mended`)
  }
}

function loadSodium(): Sodium | undefined {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium
  } catch {
    return undefined
  }
}
