import { randomBytes } from '@claviger/crypto'

const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)
let lastInstant = -1
let counter = 0
let prefix = ''

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds, a 12-bit counter within the millisecond (§6.2 method
 * 1), 62 random bits. Ids of one process sort in the order they were made, as long as the clock does not
 * step back by more than the counter can hide.
 */
export function uuidV7(now: number): string {
  const random = randomBytes(8)
  if (now > lastInstant) {
    lastInstant = now
    counter = (((random[0] as number) & 0x07) << 8) | (random[1] as number)
    const time = now.toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  } else if (++counter > 0xfff) {
    // The millisecond is full, or the clock stepped back: run ahead of it rather than repeat an id.
    return uuidV7(lastInstant + 1)
  }
  const h = (index: number): string => hex[random[index] as number] as string
  const variant = hex[((random[2] as number) & 0x3f) | 0x80] as string
  const tail = `${variant}${h(3)}-${h(4)}${h(5)}${h(6)}${h(7)}`
  // Two more random bytes would add nothing that matters: 46 random bits and the counter keep ids apart.
  return `${prefix}${counter.toString(16).padStart(3, '0')}-${tail}${h(0)}${h(1)}`
}
