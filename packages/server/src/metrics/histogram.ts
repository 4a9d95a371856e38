/** Upper bounds in seconds, from a cached symmetric operation to an RSA-8192 key generation. */
export const BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
]

/** Counts of durations by bucket; cumulative only when it is written out. */
export class Histogram {
  /** One more than the bounds: the last is beyond them all. */
  readonly #counts = [...BUCKETS_SECONDS, 0].fill(0)
  #sumSeconds = 0
  #count = 0

  observe(seconds: number): void {
    let bucket = 0
    while (bucket < BUCKETS_SECONDS.length && seconds > (BUCKETS_SECONDS[bucket] as number))
      bucket++
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#sumSeconds += seconds
    this.#count++
  }

  /** @param labels without braces, ending in a comma if there are any */
  write(name: string, labels: string): string {
    let text = ''
    let cumulative = 0
    for (const [index, bound] of BUCKETS_SECONDS.entries()) {
      cumulative += this.#counts[index] as number
      text += `${name}_bucket{${labels}le="${bound}"} ${cumulative}\n`
    }
    const bare = labels === '' ? '' : `{${labels.slice(0, -1)}}`
    return `${text}${name}_bucket{${labels}le="+Inf"} ${this.#count}\n${name}_count${bare} ${this.#count}\n${name}_sum${bare} ${this.#sumSeconds}\n`
  }
}
