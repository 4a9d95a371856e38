import { TlogError } from './error.ts'
import { equalHashes, HASH_BYTES, hashNode, type Sha256 } from './hash.ts'

export interface TreeHead {
  readonly size: number
  readonly root: Uint8Array
}

/**
 * Refuses unless the tree `newer` begins with the tree `older` (RFC 9162 §2.1.4.2). Everything is
 * consistent with the empty tree, whose proof is empty.
 */
export function verifyConsistency(
  sha256: Sha256,
  older: TreeHead,
  newer: TreeHead,
  proof: readonly Uint8Array[],
): void {
  if (!Number.isSafeInteger(older.size) || older.size < 0 || !(older.size <= newer.size)) {
    throw new TlogError('out-of-range', 'the older tree is not the smaller one')
  }
  if (proof.some((hash) => hash.length !== HASH_BYTES)) throw inconsistent()
  if (older.size === 0 || older.size === newer.size) {
    if (proof.length !== 0) throw inconsistent()
    if (older.size !== 0 && !equalHashes(older.root, newer.root)) throw inconsistent()
    return
  }
  const roots = rootsOfConsistency(sha256, older, newer.size, proof)
  if (!equalHashes(roots.older, older.root) || !equalHashes(roots.newer, newer.root)) {
    throw inconsistent()
  }
}

function rootsOfConsistency(
  sha256: Sha256,
  older: TreeHead,
  newSize: number,
  proof: readonly Uint8Array[],
): { older: Uint8Array; newer: Uint8Array } {
  let node = older.size - 1
  let last = newSize - 1
  while (node % 2 === 1) {
    node = (node - 1) / 2
    last = Math.floor(last / 2)
  }
  // When the older size is a power of two its root is the first node of the path, and is not sent.
  const path = node === 0 ? [older.root, ...proof] : proof
  const first = path[0]
  if (first === undefined) throw inconsistent()
  let oldRoot = first
  let newRoot = first
  for (const sibling of path.slice(1)) {
    if (last === 0) throw inconsistent()
    if (node % 2 === 1 || node === last) {
      oldRoot = hashNode(sha256, sibling, oldRoot)
      newRoot = hashNode(sha256, sibling, newRoot)
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      newRoot = hashNode(sha256, newRoot, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  if (last !== 0) throw inconsistent()
  return { older: oldRoot, newer: newRoot }
}

function inconsistent(): TlogError {
  return new TlogError('inconsistent', 'the newer tree does not begin with the older tree')
}
