import { SigV4Error } from './error.ts'
import type { Headers } from './signed-request.ts'

/** When a request says it was signed. */
export interface Timestamp {
  /** `YYYYMMDDTHHMMSSZ` */
  readonly text: string
  /** Milliseconds since the Epoch. */
  readonly at: number
}

const BASIC = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/
/** The form of RFC 9110 §5.6.7 that is to be sent: `Sun, 06 Nov 1994 08:49:37 GMT`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** `YYYYMMDDTHHMMSSZ` of an instant. */
export function formatTimestamp(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
}

/** From `X-Amz-Date`, or from `Date` where that is not there; and the name of the header it was in. */
export function requestTimestamp(headers: Headers): Timestamp & { readonly header: string } {
  const header = headers['x-amz-date'] === undefined ? 'date' : 'x-amz-date'
  const text = headers[header]
  if (text === undefined) {
    throw new SigV4Error(
      'incomplete',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )
  }
  if (typeof text !== 'string') throw malformed()
  const basic = basicInstant(text)
  if (basic !== undefined) return { header, text, at: basic }
  if (header === 'date' && HTTP_DATE.test(text)) {
    const at = Date.parse(text)
    if (!Number.isNaN(at)) return { header, text: formatTimestamp(at), at }
  }
  throw malformed()
}

function malformed(): SigV4Error {
  return new SigV4Error(
    'incomplete',
    'Date must be in ISO-8601 basic format, e.g. 20110909T233600Z',
  )
}

let last: { readonly text: string; readonly at: number } = { text: '', at: Number.NaN }

/**
 * Refuses the 31st of February, which `Date` would take for a day in March. What was asked last is remembered:
 * requests come many to a second.
 */
function basicInstant(text: string): number | undefined {
  if (text === last.text) return last.at
  const match = BASIC.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at) || formatTimestamp(at) !== text) return undefined
  last = { text, at }
  return at
}
