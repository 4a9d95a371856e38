import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SigV4Crypto } from '../src/index.ts'

/** The primitives as Node has them. */
export const nodeCrypto: SigV4Crypto = {
  sha256Hex: (data) => createHash('sha256').update(data).digest('hex'),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  equal: (left, right) => left.length === right.length && timingSafeEqual(left, right),
}
