import { encodeHex } from '@claviger/bytes'
import type { KeyId } from '@claviger/core'
import type { AwsCrypto } from './crypto-port.ts'

const LABEL = 'claviger aws-kms key material\n'
const REMEMBERED_MAX = 4_096
const remembered = new Map<string, string>()

/**
 * `KeyMaterialId`: 64 hex digits that name one material of one key. It follows from the version, so that it
 * is the same wherever and whenever it is shown, and says nothing of the material itself.
 */
export function keyMaterialId(
  { sha256 }: Pick<AwsCrypto, 'sha256'>,
  key: KeyId | string,
  version: number,
): string {
  const name = `${key}/${version}`
  let id = remembered.get(name)
  if (id === undefined) {
    id = encodeHex(sha256(LABEL + name))
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(name, id)
  }
  return id
}
