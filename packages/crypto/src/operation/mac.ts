import { constantTimeEqual } from '@claviger/bytes'
import { admit } from '../admission.ts'
import type { HashName } from '../hash.ts'
import { type OpenKey, secretOf } from '../key.ts'
import type { MacMechanism } from '../mechanism.ts'
import { cmac, hmac } from '../primitive/mac.ts'

/** The whole tag: as long as the hash for HMAC, 16 bytes for AES-CMAC. */
export function mac(key: OpenKey, mechanism: MacMechanism, message: Uint8Array): Uint8Array {
  admit(key, mechanism, 'mac')
  return computeMac(mechanism, secretOf(key), message)
}

/** Whether `tag` is the whole tag of `message`; compared in constant time. */
export function verifyMac(
  key: OpenKey,
  mechanism: MacMechanism,
  message: Uint8Array,
  tag: Uint8Array,
): boolean {
  return constantTimeEqual(mac(key, mechanism, message), tag)
}

function computeMac(mechanism: MacMechanism, secret: Uint8Array, message: Uint8Array): Uint8Array {
  if (mechanism === 'aes-cmac') return cmac(secret, message)
  return hmac(mechanism.slice('hmac-'.length) as HashName, secret, message)
}
