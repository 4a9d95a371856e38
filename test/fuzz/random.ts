/** A small seeded generator (sfc32 by C. Doty-Humphrey): fast and repeatable, of no use for secrets. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** One stream for each combination of numbers. */
  constructor(seed: number, stream: number, index: number) {
    this.#a = seed | 0
    this.#b = stream | 0
    this.#c = index | 0
    // The first outputs are as alike as the seeds are.
    for (let round = 0; round < 12; round++) this.#next()
  }

  /** A whole number from 0 to below `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor(((this.#next() >>> 0) / 0x1_0000_0000) * limit)
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum
  }
}

/** FNV-1a over UTF-16 units: a number for a name. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  return hash
}
