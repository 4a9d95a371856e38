// DER (X.690 §10-11), written.
import { concat, encodeUtf8 } from '@claviger/bytes'
import { TAG } from './der-reader.ts'

/** `tag || length || content` */
export function encodeElement(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, { length: bytes }) => sum + bytes, 0)
  return concat(Uint8Array.of(tag, ...lengthBytes(length)), ...contents)
}

function lengthBytes(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest & 0xff)
  return [0x80 | bytes.length, ...bytes]
}

export function encodeSequence(...contents: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.sequence, ...contents)
}

export function encodeSet(...contents: readonly Uint8Array[]): Uint8Array {
  return encodeElement(TAG.set, ...contents)
}

export function encodeOctetString(content: Uint8Array): Uint8Array {
  return encodeElement(TAG.octetString, content)
}

/** `[number] EXPLICIT` */
export function encodeExplicit(number: number, ...contents: readonly Uint8Array[]): Uint8Array {
  return encodeElement(0xa0 + number, ...contents)
}

export function encodeNull(): Uint8Array {
  return Uint8Array.of(TAG.null, 0)
}

/** A whole number that is not negative. */
export function encodeInteger(value: number): Uint8Array {
  const bytes: number[] = [value & 0xff]
  for (let rest = Math.floor(value / 0x100); rest > 0; rest = Math.floor(rest / 0x100)) {
    bytes.unshift(rest & 0xff)
  }
  if ((bytes[0] as number) > 0x7f) bytes.unshift(0)
  return encodeElement(TAG.integer, Uint8Array.from(bytes))
}

export function encodeOid(dotted: string): Uint8Array {
  const [root = 0n, second = 0n, ...arcs] = dotted.split('.').map(BigInt)
  const bytes = [root * 40n + second, ...arcs].flatMap((arc) => {
    const groups = [Number(arc & 0x7fn)]
    for (let rest = arc >> 7n; rest > 0n; rest >>= 7n) groups.unshift(Number(rest & 0x7fn) | 0x80)
    return groups
  })
  return encodeElement(TAG.oid, Uint8Array.from(bytes))
}

export function encodeUtf8String(text: string): Uint8Array {
  return encodeElement(TAG.utf8String, encodeUtf8(text))
}

export function encodeBmpString(text: string): Uint8Array {
  return encodeElement(TAG.bmpString, utf16(text))
}

/** UTF-16, the larger byte first. */
export function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(text.length * 2))
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    bytes[index * 2] = unit >>> 8
    bytes[index * 2 + 1] = unit & 0xff
  }
  return bytes
}
