import { encodeUtf8 } from '@claviger/bytes'
import { hash } from '@claviger/crypto'
import type { LockedBytes } from '../custody/software/locked-memory.ts'
import { offHeapBytes } from '../custody/software/off-heap.ts'

const LABEL = encodeUtf8('claviger/root-digest/v1')

/** Recognizes a root without holding a second copy of it: 256 random bits are not found from a digest. */
export function rootDigest(root: LockedBytes): Uint8Array {
  const message = offHeapBytes(LABEL.length + root.length)
  message.set(LABEL)
  message.set(root.bytes, LABEL.length)
  const digest = hash('sha256', message)
  message.fill(0)
  return digest
}
