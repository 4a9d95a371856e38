import { KeeperError } from '../../error.ts'
import { type Mechanism, mechanismFacts } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface EncryptItem {
  readonly plaintext: Uint8Array
  readonly aad?: Uint8Array | undefined
  /** Only for mechanisms that let the caller choose it (`callerIv`); random otherwise. */
  readonly iv?: Uint8Array | undefined
  readonly mechanism?: Mechanism | undefined
}

/** Everything that decryption needs to find its way back; protocols frame it. */
export interface Encrypted {
  readonly version: number
  readonly mechanism: Mechanism
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
}

/** Protects data under the key's current version. */
export const encrypt: DataOperation<EncryptItem, Encrypted> = {
  action: 'key.encrypt',
  usage: 'encrypt',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.plaintext.length,
  check: (item) => assertSize(item.plaintext, 'plaintext'),
  run: ({ material, mechanism, version }, item) => {
    if (item.iv !== undefined) assertCallerIv(mechanism)
    const sealed = material.encrypt(mechanism, item.plaintext, item.aad, item.iv)
    if (sealed instanceof Promise) {
      return sealed.then(({ iv, ciphertext }) => ({
        version: version.version,
        mechanism,
        iv,
        ciphertext,
      }))
    }
    return { version: version.version, mechanism, iv: sealed.iv, ciphertext: sealed.ciphertext }
  },
}

/**
 * Under GCM, CCM, CTR and ChaCha20 whoever chooses the IV of somebody's ciphertext gets its key stream:
 * leave to encrypt would be leave to decrypt, and to forge.
 */
function assertCallerIv(mechanism: Mechanism): void {
  if (mechanismFacts(mechanism).callerIv === true) return
  throw new KeeperError(
    'invalid-input',
    `the IV of ${mechanism} is the keeper's to choose; leave it out`,
  )
}
