import { encodeBase64 } from '@claviger/bytes'

/** RFC 7468 §13, or undefined for bytes that are no SubjectPublicKeyInfo. */
export function encodePem(publicKey: Uint8Array): string | undefined {
  if (!isOneSequence(publicKey)) return undefined
  const lines = encodeBase64(publicKey).match(/.{1,64}/g) ?? []
  return `-----BEGIN PUBLIC KEY-----\n${lines.join('\n')}\n-----END PUBLIC KEY-----\n`
}

/** Whether the bytes are exactly one DER SEQUENCE, as every SPKI is and no raw key happens to be. */
function isOneSequence(bytes: Uint8Array): boolean {
  const first = bytes[1]
  if (bytes[0] !== 0x30 || first === undefined) return false
  if (first < 0x80) return bytes.length === 2 + first
  const lengthBytes = first & 0x7f
  if (lengthBytes > 2) return false
  let length = 0
  for (const byte of bytes.subarray(2, 2 + lengthBytes)) length = length * 256 + byte
  return bytes.length === 2 + lengthBytes + length
}
