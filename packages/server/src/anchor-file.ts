import { readFileSync } from 'node:fs'
import { KeeperError } from '@claviger/core'
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
    let text: string
    try {
      text = readFileSync(this.#path, 'utf8')
    } catch (error) {
      // Absent at first start.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw this.#unreadable(error)
    }
    const anchor = parseAnchor(text)
    if (anchor === undefined) throw this.#unreadable()
    return anchor
  }

  /** It is replaced as a whole, so a crash leaves no half of it: somebody else wrote this. */
  #unreadable(cause?: unknown): KeeperError {
    return new KeeperError(
      'integrity',
      `${this.#path} cannot be read, so an older store would not be noticed; if the store is surely the newest, remove it`,
      { cause },
    )
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

function parseAnchor(text: string): StoreAnchor | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { sequence, digest } = value as Partial<StoreAnchor>
  return Number.isSafeInteger(sequence) && typeof digest === 'string'
    ? { sequence: sequence as number, digest }
    : undefined
}
