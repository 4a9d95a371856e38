import { readFileSync } from 'node:fs'
import { replaceFile } from './listen/tls-files.ts'
import type { StoreAnchor } from './storage/sqlite/sqlite-store.ts'

const INTERVAL_MS = 1_000

/**
 * Remembers outside the store which state it was in last, so that an older copy of it, put back by
 * mistake or by design, is noticed at the next start.
 */
export class AnchorFile {
  readonly #path: string
  #written: number
  #timer: ReturnType<typeof setInterval> | undefined

  constructor(path: string) {
    this.#path = path
    this.#written = this.read()?.sequence ?? 0
  }

  read(): StoreAnchor | undefined {
    try {
      const anchor = JSON.parse(readFileSync(this.#path, 'utf8')) as StoreAnchor
      return Number.isSafeInteger(anchor.sequence) && typeof anchor.digest === 'string'
        ? anchor
        : undefined
    } catch {
      // Absent at first start; unreadable is no worse than absent, the store still authenticates itself.
      return undefined
    }
  }

  /** Writes the anchor when it has moved, now and then. */
  follow(anchor: () => StoreAnchor, report: (error: unknown) => void): void {
    this.#timer = setInterval(() => {
      try {
        this.write(anchor())
      } catch (error) {
        report(error)
      }
    }, INTERVAL_MS)
    this.#timer.unref()
  }

  write(anchor: StoreAnchor): void {
    if (anchor.sequence === this.#written) return
    replaceFile(this.#path, `${JSON.stringify(anchor)}\n`, 0o600)
    this.#written = anchor.sequence
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
