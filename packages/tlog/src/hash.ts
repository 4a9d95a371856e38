// RFC 6962 §2.1: SHA-256 with 0x00 before a leaf and 0x01 before two children, so that no node can be
// presented as a leaf. The hash function is injected: this package runs wherever a verifier runs.

/** SHA-256 (FIPS 180-4) of `data`: 32 bytes. */
export type Sha256 = (data: Uint8Array) => Uint8Array

export const HASH_BYTES = 32

const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** `SHA-256(0x00 || entry)` */
export function hashLeaf(sha256: Sha256, entry: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + entry.length)
  message[0] = LEAF_PREFIX
  message.set(entry, 1)
  return sha256(message)
}

/** `SHA-256(0x01 || left || right)` */
export function hashNode(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + 2 * HASH_BYTES)
  message[0] = NODE_PREFIX
  message.set(left, 1)
  message.set(right, 1 + HASH_BYTES)
  return sha256(message)
}

/** The root of the tree without leaves: the hash of nothing (RFC 6962 §2.1). */
export function hashEmptyTree(sha256: Sha256): Uint8Array {
  return sha256(new Uint8Array(0))
}

export function equalHashes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false
  return left.every((byte, index) => byte === right[index])
}
