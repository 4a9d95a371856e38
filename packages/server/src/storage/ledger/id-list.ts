import { type ByteString, utf8 } from './byte-string.ts'
import { lastSegment } from './ledger-key.ts'
import type { LedgerView } from './ledger.ts'

/** A sorted list of ids that can be entered anywhere, read in one direction. */
export interface IdList {
  /** The nearest id from `id` on, `id` itself included or not; from the start when undefined. */
  from(id: string | undefined, inclusive: boolean): string | undefined
}

/** The ids under one prefix of the ledger. */
export function ledgerIds(view: LedgerView, prefix: ByteString, descending: boolean): IdList {
  const start = descending ? `${prefix}\xff` : prefix
  const from = (id: string | undefined, inclusive: boolean): string | undefined => {
    let at = id === undefined ? start : prefix + utf8(id)
    // The least key after another is that key and a NUL: ids hold none.
    if (id !== undefined && inclusive === descending) at += '\0'
    const entry = descending ? view.before(at) : view.atOrAfter(at)
    return entry?.key.startsWith(prefix) === true ? lastSegment(entry.key) : undefined
  }
  return { from }
}

/** Byte order of the UTF-8 forms, which is the ledger's. */
export function compareIds(left: string, right: string): number {
  const [a, b] = [utf8(left), utf8(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/** A few ids, in any order. */
export function gatheredIds(ids: readonly string[], descending: boolean): IdList {
  const order = descending ? (a: string, b: string) => compareIds(b, a) : compareIds
  const sorted = ids.toSorted(order)
  const from = (id: string | undefined, inclusive: boolean): string | undefined => {
    if (id === undefined) return sorted[0]
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const difference = order(sorted[middle] as string, id)
      if (difference < 0 || (difference === 0 && !inclusive)) low = middle + 1
      else high = middle
    }
    return sorted[low]
  }
  return { from }
}

/**
 * The ids that are in every one of some lists. Each list is asked for the nearest id from the furthest
 * that another has reached, so the shortest list sets the pace.
 */
export class Intersection {
  readonly #lists: readonly IdList[]
  readonly #stepsMax: number
  #steps = 0
  /** The last id known not to be in all lists, when the steps ran out: a reader may go on after it. */
  stoppedAfter: string | undefined

  constructor(lists: readonly IdList[], stepsMax: number) {
    this.#lists = lists
    this.#stepsMax = stepsMax
  }

  /** The nearest id after `id`, or the first; undefined at the end, or with `stoppedAfter` set. */
  after(id: string | undefined): string | undefined {
    let candidate = this.#lists[0]?.from(id, false)
    let agreed = 1
    for (let turn = 1; candidate !== undefined && agreed < this.#lists.length; turn++) {
      const list = this.#lists[turn % this.#lists.length] as IdList
      const found = list.from(candidate, true)
      if (found === candidate) {
        agreed++
        continue
      }
      if (++this.#steps > this.#stepsMax) {
        this.stoppedAfter = candidate
        return undefined
      }
      candidate = found
      agreed = 1
    }
    return candidate
  }
}
