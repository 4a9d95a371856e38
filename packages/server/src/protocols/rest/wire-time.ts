import { KeeperError } from '@claviger/core'

/** The domain's instants, by member name; on the wire they are RFC 3339. */
const INSTANTS: ReadonlySet<string> = new Set([
  'activateAt',
  'activatedAt',
  'addedAt',
  'at',
  'until',
  'closedAt',
  'createdAt',
  'deactivateAt',
  'deactivatedAt',
  'destroyAt',
  'destroyedAt',
  'endedAt',
  'executeBy',
  'expiresAt',
  'materialUntil',
  'nextAt',
  'notAfter',
  'notBefore',
  'occurredAt',
  'processUntil',
  'protectUntil',
  'reportedAt',
  'revokedAt',
  'shreddedAt',
  'since',
  'updatedAt',
])

/** Names chosen by callers stand as members in these; nothing inside them is an instant. */
const VERBATIM: ReadonlySet<string> = new Set(['labels', 'limits'])

/** Instants by the number of a version. */
const BY_VERSION: ReadonlySet<string> = new Set(['materialUntil'])

/** Plain JSON of the domain as it is shown: the same, with its instants in RFC 3339. */
export function toWire(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(toWire)
  const shown: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    if (typeof member === 'number' && INSTANTS.has(name)) shown[name] = formatInstant(member)
    else if (typeof member === 'object' && BY_VERSION.has(name)) {
      const dates = Object.entries(member as Record<string, number>)
      shown[name] = Object.fromEntries(dates.map(([key, at]) => [key, formatInstant(at)]))
    } else shown[name] = VERBATIM.has(name) ? member : toWire(member)
  }
  return shown
}

export function formatInstant(at: number): string {
  return new Date(at).toISOString()
}

const RFC_3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** Whole milliseconds; a leap second is refused, as the clock has none. */
export function parseInstant(text: string, what: string): number {
  const at = RFC_3339.test(text) ? Date.parse(text.toUpperCase()) : Number.NaN
  if (Number.isSafeInteger(at) && isRealDate(text)) return at
  throw new KeeperError('invalid-input', `${what} must be a date and time as in RFC 3339`)
}

/** Date.parse takes the 30th of February for the 2nd of March. */
function isRealDate(text: string): boolean {
  const day = Number(text.slice(8, 10))
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === day
}

export function parseOptionalInstant(text: string | undefined, what: string): number | undefined {
  return text === undefined ? undefined : parseInstant(text, what)
}
