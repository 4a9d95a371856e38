// Hexadecimal (RFC 4648 §8), base64 (§4) and base64url without padding (§5).
//
// Decoding is strict: one spelling for one byte string. Refused are white space, a missing or surplus
// padding, the other alphabet's letters, and non-zero bits under the padding (RFC 4648 §3.5).
import { BytesError } from './error.ts'

const HEX_DIGITS = /^[0-9a-fA-F]*$/
const BASE64_DIGITS = /^[A-Za-z0-9+/]*={0,2}$/
const BASE64URL_DIGITS = /^[A-Za-z0-9_-]*$/

/** Lower-case hexadecimal. */
export function encodeHex(bytes: Uint8Array): string {
  return bytes.toHex()
}

/** Reads hexadecimal of either case; refuses an odd length and anything else. */
export function decodeHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !HEX_DIGITS.test(text)) {
    throw new BytesError('invalid-encoding', 'text is not hexadecimal')
  }
  return Uint8Array.fromHex(text)
}

/** Base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64()
}

/** Reads base64 with its padding, the canonical spelling only. */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !BASE64_DIGITS.test(text)) {
    throw new BytesError('invalid-encoding', 'text is not base64 with padding')
  }
  return decodeStrict(text, 'base64')
}

/** Base64url without padding, as the JOSE family writes it (RFC 7515 §2). */
export function encodeBase64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true })
}

/** Reads base64url without padding, the canonical spelling only. */
export function decodeBase64url(text: string): Uint8Array {
  if (text.length % 4 === 1 || !BASE64URL_DIGITS.test(text)) {
    throw new BytesError('invalid-encoding', 'text is not base64url without padding')
  }
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=')
  return decodeStrict(padded, 'base64url')
}

function decodeStrict(padded: string, alphabet: 'base64' | 'base64url'): Uint8Array {
  try {
    return Uint8Array.fromBase64(padded, { alphabet, lastChunkHandling: 'strict' })
  } catch {
    throw new BytesError('invalid-encoding', `text is not canonical ${alphabet}`)
  }
}
