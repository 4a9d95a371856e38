import type { MaybePromise } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import type { KeySpec } from '../../key/spec.ts'
import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation, KeyUse } from '../data-operation.ts'
import type { Encrypted } from './encrypt.ts'
import { assertSize } from './size.ts'

export interface ProvenEncryptItem {
  readonly plaintext: Uint8Array
  /** What is bound beside the plaintext; told the version, so that it can be bound too. */
  readonly aadFor: (version: number) => Uint8Array
  readonly mechanism: Mechanism
  readonly spec: KeySpec
  /** Taken of the ciphertext before it is opened again. */
  readonly witness?: ((encrypted: Encrypted) => Uint8Array) | undefined
}

export interface ProvenEncrypted extends Encrypted {
  readonly witness?: Uint8Array
}

/**
 * Encrypts for somebody who will throw the plaintext away. Where a witness is asked for, it is taken first, and
 * then the ciphertext is opened again: whatever happens to it from the witness on will be noticed, and what
 * happened before it has been.
 */
export const encryptProven: DataOperation<ProvenEncryptItem, ProvenEncrypted> = {
  action: 'key.encrypt',
  usage: 'encrypt',
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.plaintext.length,
  check: ({ plaintext, spec }, key) => {
    assertSize(plaintext, 'plaintext')
    if (key.spec === spec) return
    throw new KeeperError('wrong-usage', `key \`${key.name}\` is of spec ${key.spec}, not ${spec}`)
  },
  run: (use, item) => {
    const aad = item.aadFor(use.version.version)
    const sealed = use.material.encrypt(use.mechanism, item.plaintext, aad)
    return sealed instanceof Promise
      ? sealed.then((done) => prove(use, item, aad, done))
      : prove(use, item, aad, sealed)
  },
}

function prove(
  { material, mechanism, version }: KeyUse,
  { plaintext, witness }: ProvenEncryptItem,
  aad: Uint8Array,
  { iv, ciphertext }: Pick<Encrypted, 'iv' | 'ciphertext'>,
): MaybePromise<ProvenEncrypted> {
  const encrypted: Encrypted = { version: version.version, mechanism, iv, ciphertext }
  if (witness === undefined) return encrypted
  const proven = { ...encrypted, witness: witness(encrypted) }
  const opened = material.decrypt(mechanism, iv, ciphertext, aad)
  const compare = (again: Uint8Array): ProvenEncrypted => {
    const same = isSame(again, plaintext)
    again.fill(0)
    if (same) return proven
    throw new KeeperError('integrity', 'the ciphertext does not open to what was encrypted')
  }
  return opened instanceof Promise ? opened.then(compare) : compare(opened)
}

/** Both are the caller's own plaintext: how long the comparison takes tells them nothing. */
function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index])
}
