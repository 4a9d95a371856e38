import {
  BytesError,
  decodeBase64url,
  decodeUtf8,
  encodeBase64url,
  encodeUtf8,
} from '@claviger/bytes'
import { AwsError } from './error.ts'
import { type Input, optionalInteger, optionalText } from './members.ts'

const MARKER = { min: 1, max: 1_024 }

/** Where a list goes on, and how much of it is wanted. */
export interface PageRequest {
  readonly limit: number
  /** What the last page ended with. */
  readonly after?: string
}

/** `Limit` and `Marker`. `list` is bound into the marker: one list's marker is no other's. */
export function readPage(
  input: Input,
  list: string,
  { limit: usual, limitMax }: { readonly limit: number; readonly limitMax: number },
): PageRequest {
  const limit = optionalInteger(input, 'Limit', { min: 1, max: limitMax }) ?? usual
  const marker = optionalText(input, 'Marker', MARKER)
  return marker === undefined ? { limit } : { limit, after: readMarker(marker, list) }
}

function readMarker(marker: string, list: string): string {
  try {
    const text = decodeUtf8(decodeBase64url(marker))
    if (text.startsWith(`${list}\n`)) return text.slice(list.length + 1)
  } catch (error) {
    if (!(error instanceof BytesError)) throw error
  }
  throw new AwsError('InvalidMarkerException', 'Could not deserialize marker')
}

/** `Truncated` and `NextMarker`. */
export function pageEnd(
  list: string,
  next: string | undefined,
): { readonly Truncated: boolean; readonly NextMarker?: string } {
  if (next === undefined) return { Truncated: false }
  const marker = encodeBase64url(encodeUtf8(`${list}\n${next}`))
  return { Truncated: true, NextMarker: marker }
}

/** One page of a list that is in memory as a whole, in the order of its ids. */
export function pageOf<Item>(
  items: readonly Item[],
  idOf: (item: Item) => string,
  { limit, after }: PageRequest,
): { readonly items: readonly Item[]; readonly next?: string } {
  const start = after === undefined ? 0 : items.findIndex((item) => idOf(item) > after)
  const page = start < 0 ? [] : items.slice(start, start + limit)
  const last = page.at(-1)
  const more = start >= 0 && items.length > start + limit
  return { items: page, ...(more && last !== undefined && { next: idOf(last) }) }
}
