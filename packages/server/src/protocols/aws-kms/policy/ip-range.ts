/** An address as 4 or 16 bytes; an IPv4 address mapped into IPv6 (RFC 4291 §2.5.5.2) is an IPv4 address. */
export function parseAddress(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return parseV4(text)
  const bytes = parseV6(text)
  const isMapped =
    bytes?.slice(0, 10).every((byte) => byte === 0) === true &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  return isMapped ? bytes.slice(12) : bytes
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part)))
    return undefined
  const bytes = parts.map(Number)
  return bytes.every((byte) => byte <= 255) ? bytes : undefined
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : groupsOf(half)))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  if (tail === undefined) return head.length === 16 ? head : undefined
  const zeros = 16 - head.length - tail.length
  // RFC 4291 §2.2: `::` stands for one or more groups.
  return zeros < 2 ? undefined : [...head, ...Array.from({ length: zeros }, () => 0), ...tail]
}

function groupsOf(text: string): number[] | undefined {
  const groups = text.split(':')
  const bytes: number[] = []
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else {
      const v4 = index === groups.length - 1 ? parseV4(group) : undefined
      if (v4 === undefined) return undefined
      bytes.push(...v4)
    }
  }
  return bytes
}

export interface IpRange {
  readonly bytes: readonly number[]
  readonly bits: number
}

/** `203.0.113.0/24`, `2001:db8::/32`, or one address (RFC 4632). */
export function parseRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (bytes === undefined) return undefined
  const length = slash < 0 ? `${bytes.length * 8}` : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(length) || Number(length) > bytes.length * 8) return undefined
  return { bytes, bits: Number(length) }
}

export function isInRange({ bytes, bits }: IpRange, address: readonly number[]): boolean {
  if (bytes.length !== address.length) return false
  for (let index = 0; index * 8 < bits; index++) {
    const mask = bits - index * 8 >= 8 ? 0xff : 0xff & (0xff << (8 - (bits - index * 8)))
    if (((bytes[index] ?? 0) & mask) !== ((address[index] ?? 0) & mask)) return false
  }
  return true
}
