import { KeeperError } from '../../error.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'

const PUBLIC_KEY_BYTES_MAX = 4_096

export interface AgreeItem {
  /** The peer's SubjectPublicKeyInfo. */
  readonly peerPublicKey: Uint8Array
  readonly mechanism?: Mechanism | undefined
  readonly version?: number | undefined
}

export interface Agreed {
  readonly sharedSecret: Uint8Array
  readonly version: number
}

/** The shared secret with a peer (SP 800-56Ar3 §5.7.1.2, RFC 7748 §6); the peer's key is fully validated. */
export const agree: DataOperation<AgreeItem, Agreed> = {
  action: 'key.agree',
  usage: 'agree',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: () => 0,
  check: (item) => {
    if (item.peerPublicKey.length <= PUBLIC_KEY_BYTES_MAX) return
    throw new KeeperError(
      'too-large',
      `a public key may have at most ${PUBLIC_KEY_BYTES_MAX} bytes`,
    )
  },
  run: async ({ material, mechanism, version }, item) => ({
    sharedSecret: await material.agree(mechanism, item.peerPublicKey),
    version: version.version,
  }),
}
