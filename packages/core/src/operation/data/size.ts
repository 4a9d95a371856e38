import { KeeperError } from '../../error.ts'

/** One item's payload; larger data is encrypted under a data key at the caller's. */
export const PAYLOAD_BYTES_MAX = 4 * 1024 * 1024

export function assertSize(payload: Uint8Array, what: string): void {
  if (payload.length <= PAYLOAD_BYTES_MAX) return
  throw new KeeperError(
    'too-large',
    `${what} may have at most ${PAYLOAD_BYTES_MAX} bytes; use a data key for more`,
  )
}
