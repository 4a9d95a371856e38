import type { Instant } from '../clock.ts'
import type { Session } from '../principal/principal.ts'
import type { AuditEvent, EventDetails, EventTarget } from './event.ts'

/** Bounded by the log's own format: an entry bundle frames each entry with 16 bits. */
export const ENTRY_BYTES_MAX = 65_535
const TEXT_MAX = 256
/** Members of a list that are named; the rest is counted. */
const LIST_MAX = 32
const LIST_TEXT_MAX = 128

/**
 * Encodes an event as canonical JSON (RFC 8785: members sorted, no space). It is put together from
 * fragments that are cached with the session, because this runs for every request.
 */
export function encodeEntry(event: AuditEvent): string {
  let text = `{"action":"${event.action}","actor":${actorFragment(event.session)},"at":"${timestamp(event.at)}"`
  if (event.bytes !== undefined) text += `,"bytes":${event.bytes}`
  const details = detailsOf(event)
  if (details !== undefined) text += `,"details":${sortedFragment(details)}`
  if (event.error !== undefined) text += `,"error":"${event.error}"`
  if (event.failed !== undefined) text += `,"failed":${event.failed}`
  text += `,"id":"${event.id}"`
  if (event.items !== undefined) text += `,"items":${event.items}`
  if (event.mechanism !== undefined) text += `,"mechanism":"${event.mechanism}"`
  text += `,"outcome":"${event.outcome}","peer":${quote(event.request.peer)}`
  if (event.policies.length > 0) text += `,"policies":${listFragment(event.policies)}`
  text += `,"protocol":"${event.request.protocol}"`
  if (event.request.requestId !== undefined) text += `,"request":${quote(event.request.requestId)}`
  if (event.riskAcknowledged === true) text += ',"risk":true'
  text += `,"target":${targetFragment(event.target)},"tenant":"${event.tenant}","v":1`
  if (event.versions !== undefined) text += `,"versions":${listFragment(event.versions)}`
  return `${text}}`
}

function detailsOf({ details, request: { told } }: AuditEvent): EventDetails | undefined {
  return told === undefined ? details : { ...told, ...details }
}

const actors = new WeakMap<Session, string>()

function actorFragment(session: Session): string {
  const known = actors.get(session)
  if (known !== undefined) return known
  const fragment = sortedFragment({
    auth: session.authentication,
    id: session.principal,
    name: session.name,
    roles: session.roles,
    ...(session.token !== undefined && { token: session.token }),
    ...session.assurance,
  })
  actors.set(session, fragment)
  return fragment
}

const targets = new WeakMap<EventTarget, string>()

function targetFragment(target: EventTarget): string {
  const known = targets.get(target)
  if (known !== undefined) return known
  const fragment = sortedFragment({ ...target })
  targets.set(target, fragment)
  return fragment
}

type Flat = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>

/** Canonical JSON of a flat object: RFC 8785 §3.2.3 sorts by UTF-16 code units, as `sort` does. */
function sortedFragment(flat: Flat): string {
  const members: string[] = []
  for (const name of Object.keys(flat).sort()) {
    const value = flat[name]
    if (value === undefined) continue
    members.push(`${quote(name)}:${valueFragment(value)}`)
  }
  return `{${members.join(',')}}`
}

function valueFragment(value: NonNullable<Flat[string]>): string {
  if (typeof value === 'string') return quote(value)
  return typeof value === 'object' ? listFragment(value) : JSON.stringify(value)
}

/** A list, bounded in members and in each member, so that no event can outgrow the log's frame. */
function listFragment(list: readonly (string | number)[]): string {
  const shown = list.length > LIST_MAX ? list.slice(0, LIST_MAX) : list
  const members = shown.map((member) =>
    typeof member === 'string' ? quote(member, LIST_TEXT_MAX) : JSON.stringify(member),
  )
  if (shown !== list) members.push(quote(`… and ${list.length - LIST_MAX} more`))
  return `[${members.join(',')}]`
}

/** Bounds a string and repairs lone surrogates, which canonical JSON refuses. */
function quote(text: string, lengthMax = TEXT_MAX): string {
  const bounded = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
  return JSON.stringify(bounded.toWellFormed())
}

let lastInstant: Instant = Number.NaN
let lastTimestamp = ''

/** RFC 3339 with milliseconds; the text of the last instant is kept, since many entries share one. */
export function timestamp(at: Instant): string {
  if (at !== lastInstant) {
    lastInstant = at
    lastTimestamp = new Date(at).toISOString()
  }
  return lastTimestamp
}
