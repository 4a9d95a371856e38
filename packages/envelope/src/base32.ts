import { EnvelopeError } from './error.ts'

// Crockford's base32: no letter that reads like a digit, and those that do are read as the digit.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const values = new Map<string, number>(Array.from(ALPHABET, (symbol, value) => [symbol, value]))
for (const [lookalike, symbol] of [
  ['i', '1'],
  ['l', '1'],
  ['o', '0'],
] as const) {
  values.set(lookalike, values.get(symbol) as number)
}

/** Five bits a symbol, most significant first; the last symbol is padded with zero bits. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(buffer >> bits) & 31]
    }
    buffer &= (1 << bits) - 1
  }
  if (bits > 0) text += ALPHABET[(buffer << (5 - bits)) & 31]
  return text
}

/** Takes either case and the lookalikes `i`, `l` and `o`; throws `mistyped` for anything else. */
export function decodeBase32(text: string, lengthBytes: number): Uint8Array {
  if (text.length !== Math.ceil((lengthBytes * 8) / 5)) {
    throw new EnvelopeError('mistyped', 'a share has characters too few or too many')
  }
  // Outside V8's heap, where the collector would copy it: what is read here is a secret.
  const bytes = new Uint8Array(new ArrayBuffer(lengthBytes))
  let buffer = 0
  let bits = 0
  let offset = 0
  for (const symbol of text.toLowerCase()) {
    const value = values.get(symbol)
    if (value === undefined) throw new EnvelopeError('mistyped', 'a share has an unknown character')
    buffer = (buffer << 5) | value
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes[offset++] = (buffer >> bits) & 0xff
    }
    buffer &= (1 << bits) - 1
  }
  if (buffer !== 0) throw new EnvelopeError('mistyped', 'a share ends in an unknown character')
  return bytes
}
