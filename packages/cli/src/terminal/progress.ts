import type { Writer } from '../environment.ts'
import { size } from './text.ts'

const BAR_CELLS = 24
const EVERY_MS = 100
/** Less than this is over before a bar could be read. */
const WORTH_BYTES = 8 * 1024 * 1024

export interface Progress {
  add(bytes: number): void
  end(): void
}

const NONE: Progress = { add: () => undefined, end: () => undefined }

/** A bar on a terminal's standard error, and nothing anywhere else. */
export function startProgress(stderr: Writer, what: string, total: number | undefined): Progress {
  if (!stderr.isTTY || (total !== undefined && total < WORTH_BYTES)) return NONE
  let done = 0
  let last = 0
  const draw = (): void => {
    const part = total === undefined || total === 0 ? undefined : Math.min(1, done / total)
    const filled = part === undefined ? 0 : Math.round(part * BAR_CELLS)
    const bar = part === undefined ? '' : ` ${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`
    const percent = part === undefined ? '' : ` ${Math.floor(part * 100)}%`
    void stderr.write(`\r\u001b[K${what}${bar}${percent} ${size(done)}`)
  }
  return {
    add(bytes) {
      done += bytes
      const now = Date.now()
      if (now - last < EVERY_MS) return
      last = now
      draw()
    },
    end: () => void stderr.write('\r\u001b[K'),
  }
}

/** Passes a source on and counts it. */
export async function* counted(
  source: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of source) {
      progress.add(piece.length)
      yield piece
    }
  } finally {
    progress.end()
  }
}
