import { KeyFileError } from './error.ts'

export const FILE_BYTES_MAX = 4 * 1024 * 1024
export const ITERATIONS_MAX = 10_000_000

/**
 * What a file may cost to open. Its author chose the iteration counts, and may have chosen them to keep a reader
 * busy: they are added up over all of its parts before any is computed.
 */
export class Effort {
  #left: number

  constructor(iterationsMax = ITERATIONS_MAX) {
    this.#left = iterationsMax
  }

  spend(iterations: number): void {
    if (iterations < 1) throw new KeyFileError('malformed', 'an iteration count is zero')
    this.#left -= iterations
    if (this.#left < 0) {
      throw new KeyFileError('too-costly', 'the file asks for more iterations than are computed')
    }
  }
}

export function assertFileSize(bytes: Uint8Array): void {
  if (bytes.length > FILE_BYTES_MAX) {
    throw new KeyFileError('too-large', `a key file has at most ${FILE_BYTES_MAX} bytes`)
  }
}
