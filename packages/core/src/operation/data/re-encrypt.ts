import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation, KeyUse } from '../data-operation.ts'
import type { KeyRef } from '../key-cache.ts'
import { assertSameKey, type DecryptItem, openCiphertext } from './decrypt.ts'
import type { Encrypted } from './encrypt.ts'
import { assertSize } from './size.ts'

export interface ReEncryptItem extends DecryptItem {
  /** The key to protect it under; absent: the same key's current version. */
  readonly destination?: KeyRef | undefined
  readonly destinationMechanism?: Mechanism | undefined
  readonly destinationAad?: Uint8Array | undefined
}

export interface ReEncrypted extends Encrypted {
  readonly key: string
  readonly sourceVersion: number
}

/** Moves a ciphertext to the current version, or to another key, without the plaintext leaving. */
export const reEncrypt: DataOperation<ReEncryptItem, ReEncrypted> = {
  action: 'key.re-encrypt-from',
  usage: 'decrypt',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.ciphertext.length,
  check: (item, key) => {
    assertSize(item.ciphertext, 'ciphertext')
    assertSameKey(item.key, key)
  },
  other: (item, key) => ({
    key: item.destination ?? key.id,
    use: {
      action: 'key.re-encrypt-to',
      usage: 'encrypt',
      mechanism: item.destinationMechanism,
      bytes: item.ciphertext.length,
    },
  }),
  run: async (use, item, _scope, other) => {
    const target = other as KeyUse
    const plaintext = await openCiphertext(use, item)
    try {
      const aad = item.destinationAad ?? item.aad
      const { iv, ciphertext } = await target.material.encrypt(target.mechanism, plaintext, aad)
      return {
        key: target.key.id,
        version: target.version.version,
        mechanism: target.mechanism,
        iv,
        ciphertext,
        sourceVersion: item.version,
      }
    } finally {
      plaintext.fill(0)
    }
  },
}
