import { TlogError } from './error.ts'
import { equalHashes, HASH_BYTES, hashNode, type Sha256 } from './hash.ts'

export interface InclusionProof {
  /** Zero-based index of the leaf. */
  readonly index: number
  /** Leaves in the tree. */
  readonly size: number
  /** Hashes from the leaf's sibling to the root's child (RFC 6962 §2.1.1). */
  readonly path: readonly Uint8Array[]
}

/** The root that `proof` leads to from `leafHash` (RFC 9162 §2.1.3.2). */
export function rootOfInclusion(
  sha256: Sha256,
  leafHash: Uint8Array,
  proof: InclusionProof,
): Uint8Array {
  const { index, size, path } = proof
  if (!Number.isSafeInteger(index) || index < 0 || !(index < size)) {
    throw new TlogError('out-of-range', 'the entry index is not inside the tree')
  }
  if (path.some((hash) => hash.length !== HASH_BYTES)) throw mismatch()
  let hash = leafHash
  let node = index
  let last = size - 1
  for (const sibling of path) {
    if (last === 0) throw mismatch()
    if (node % 2 === 1 || node === last) {
      hash = hashNode(sha256, sibling, hash)
      // A right edge without a sibling rises until it is a right child.
      while (node % 2 === 0 && node !== 0) {
        node /= 2
        last = Math.floor(last / 2)
      }
    } else {
      hash = hashNode(sha256, hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  if (last !== 0) throw mismatch()
  return hash
}

/** Refuses unless `leafHash` is leaf `proof.index` of the tree whose root is `root`. */
export function verifyInclusion(
  sha256: Sha256,
  leafHash: Uint8Array,
  proof: InclusionProof,
  root: Uint8Array,
): void {
  if (!equalHashes(rootOfInclusion(sha256, leafHash, proof), root)) throw mismatch()
}

function mismatch(): TlogError {
  return new TlogError('proof-mismatch', 'the inclusion proof does not lead to the root')
}
