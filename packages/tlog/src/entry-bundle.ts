// c2sp.org/tlog-tiles, "Log entries": a bundle is a sequence of `length(2) || entry`, big-endian.
import { TlogError } from './error.ts'
import { TILE_WIDTH } from './frontier.ts'

export const ENTRY_BYTES_MAX = 65_535
export const BUNDLE_BYTES_MAX = TILE_WIDTH * (2 + ENTRY_BYTES_MAX)

/** `(length(2) || entry) …` for 1 to 256 entries. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length === 0 || entries.length > TILE_WIDTH) {
    throw new TlogError('malformed-bundle', 'a bundle holds 1 to 256 entries')
  }
  if (entries.some((entry) => entry.length > ENTRY_BYTES_MAX)) {
    throw new TlogError('too-large', `an entry is at most ${ENTRY_BYTES_MAX} bytes`)
  }
  const length = entries.reduce((total, entry) => total + 2 + entry.length, 0)
  const bundle = new Uint8Array(length)
  let offset = 0
  for (const entry of entries) {
    bundle[offset] = entry.length >>> 8
    bundle[offset + 1] = entry.length & 0xff
    bundle.set(entry, offset + 2)
    offset += 2 + entry.length
  }
  return bundle
}

/**
 * The first `width` entries, as views. A bundle of exactly `width` is asked for by `exact`; otherwise a
 * longer one (the full bundle that has replaced a partial one) is read as far as needed.
 */
export function decodeEntryBundle(
  bundle: Uint8Array,
  width: number,
  { exact = true }: { exact?: boolean } = {},
): Uint8Array[] {
  if (bundle.length > BUNDLE_BYTES_MAX) throw new TlogError('too-large', 'the bundle is too large')
  if (!Number.isSafeInteger(width) || width < 1 || width > TILE_WIDTH) throw malformed()
  const entries: Uint8Array[] = []
  let offset = 0
  while (entries.length < width) {
    if (bundle.length - offset < 2) throw malformed()
    const length = ((bundle[offset] as number) << 8) | (bundle[offset + 1] as number)
    const end = offset + 2 + length
    if (end > bundle.length) throw malformed()
    entries.push(bundle.subarray(offset + 2, end))
    offset = end
  }
  if (exact && offset !== bundle.length) throw malformed()
  return entries
}

function malformed(): TlogError {
  return new TlogError('malformed-bundle', 'the bundle does not hold the entries of its width')
}
