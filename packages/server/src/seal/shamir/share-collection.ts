import type { ShareCheck } from '@claviger/core'
import type { Share } from '@claviger/envelope'
import type { LockedBytes, LockedMemory } from '../../custody/software/locked-memory.ts'
import { badShare, combineShares } from './share-set.ts'

/** Good shares gathered towards a threshold, in locked memory. */
export class ShareCollection {
  readonly #memory: LockedMemory
  readonly #payloads = new Map<number, LockedBytes>()

  constructor(memory: LockedMemory) {
    this.#memory = memory
  }

  get indexes(): readonly number[] {
    return [...this.#payloads.keys()].sort((left, right) => left - right)
  }

  /** Takes the payload over. Throws for an index that is there already. */
  add(share: Share, check: ShareCheck): void {
    const payload = this.#memory.take(share.payload)
    if (this.#payloads.has(share.index)) {
      payload.free()
      throw badShare('duplicate', check)
    }
    this.#payloads.set(share.index, payload)
  }

  combine(): Promise<LockedBytes> {
    return combineShares([...this.#payloads.values()], this.#memory)
  }

  wipe(): void {
    for (const payload of this.#payloads.values()) payload.free()
    this.#payloads.clear()
  }
}
