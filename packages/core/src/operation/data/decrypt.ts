import type { MaybePromise } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import type { Key } from '../../key/key.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation, KeyUse } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface DecryptItem {
  /** Id of the key that made it, as its envelope says. */
  readonly key: string
  readonly version: number
  readonly mechanism: Mechanism
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly aad?: Uint8Array | undefined
}

export interface Decrypted {
  readonly plaintext: Uint8Array
  readonly version: number
}

/** Reads what an earlier or the current version of the key protected. */
export const decrypt: DataOperation<DecryptItem, Decrypted> = {
  action: 'key.decrypt',
  usage: 'decrypt',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.ciphertext.length,
  check: (item, key) => {
    assertSize(item.ciphertext, 'ciphertext')
    assertSameKey(item.key, key)
  },
  run: (use, item) => {
    const plaintext = openCiphertext(use, item)
    if (plaintext instanceof Promise) {
      return plaintext.then((bytes) => ({ plaintext: bytes, version: item.version }))
    }
    return { plaintext, version: item.version }
  },
}

export function openCiphertext(use: KeyUse, item: DecryptItem): MaybePromise<Uint8Array> {
  return use.material.decrypt(use.mechanism, item.iv, item.ciphertext, item.aad)
}

/** The envelope names its key in clear, so saying that it is another one tells nobody anything new. */
export function assertSameKey(id: string, key: Key): void {
  if (id === key.id) return
  throw new KeeperError('invalid-input', `this was made under another key than \`${key.name}\``)
}
