import { hash } from '../hash.ts'
import { type OpenKey, publicOf } from '../key.ts'
import type { PssParameters } from './emsa.ts'
import { verifyPssDigest } from './prehashed-signature.ts'

/** RSASSA-PSS verification with any salt length and mask hash, as certificates and CMS may name them. */
export function verifyPss(
  key: OpenKey,
  parameters: PssParameters,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verifyPssDigest(parameters, publicOf(key), hash(parameters.hash, message), signature)
}
