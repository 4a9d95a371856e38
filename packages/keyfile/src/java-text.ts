// Java's modified UTF-8 (java.io.DataInput): each UTF-16 unit on its own, and NUL as two bytes.
import type { ByteReader } from '@claviger/bytes'
import { concat } from '@claviger/bytes'
import { malformed } from './error.ts'

const TEXT_BYTES_MAX = 2048

/** A text behind its length in two bytes. */
export function readJavaText(reader: ByteReader): string {
  const bytes = reader.vector(2, TEXT_BYTES_MAX)
  let text = ''
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index++] as number
    if (first < 0x80) {
      text += String.fromCharCode(first)
      continue
    }
    const following = (): number => {
      const byte = bytes[index++]
      if (byte === undefined || byte >>> 6 !== 0b10) throw malformed('a text is not well-formed')
      return byte & 0x3f
    }
    if (first >>> 5 === 0b110) {
      text += String.fromCharCode(((first & 0x1f) << 6) | following())
    } else if (first >>> 4 === 0b1110) {
      text += String.fromCharCode(((first & 0x0f) << 12) | (following() << 6) | following())
    } else throw malformed('a text is not well-formed')
  }
  return text.toWellFormed()
}

export function encodeJavaText(text: string): Uint8Array {
  const bytes: number[] = []
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0 && unit < 0x80) bytes.push(unit)
    else if (unit < 0x800) bytes.push(0xc0 | (unit >>> 6), 0x80 | (unit & 0x3f))
    else bytes.push(0xe0 | (unit >>> 12), 0x80 | ((unit >>> 6) & 0x3f), 0x80 | (unit & 0x3f))
  }
  return concat(Uint8Array.of(bytes.length >>> 8, bytes.length & 0xff), Uint8Array.from(bytes))
}
