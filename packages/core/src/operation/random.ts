import { KeeperError } from '../error.ts'
import type { ManagementOperation } from './management-operation.ts'

export const RANDOM_BYTES_MAX = 65_536

export interface RandomInput {
  readonly lengthBytes: number
}

/** Random bytes from the approved generator (SP 800-90A, by OpenSSL). */
export const random: ManagementOperation<'tenant', RandomInput, { readonly random: Uint8Array }> = {
  action: 'random',
  target: () => ({ kind: 'tenant', ref: 'random' }),
  run: ({ ports }, { lengthBytes }) => {
    if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 1 || lengthBytes > RANDOM_BYTES_MAX) {
      throw new KeeperError('invalid-input', `ask for 1 to ${RANDOM_BYTES_MAX} bytes`)
    }
    return {
      output: { random: ports.custody.random(lengthBytes) },
      details: { bytes: lengthBytes },
    }
  },
}
