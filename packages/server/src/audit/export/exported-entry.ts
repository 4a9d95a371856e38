import { type CanonicalJson, canonicalJson } from '@claviger/bytes'

/** An entry of the log with its place, as a format takes it: `docs/spec/audit-entry.md` names the members. */
export interface ExportedEntry {
  readonly index: number
  readonly event: Readonly<Record<string, unknown>>
}

/** What a record says of where it comes from. */
export interface ExportOrigin {
  /** Host name of the keeper. */
  readonly host: string
  /** Version of the program that wrote the record. */
  readonly version: string
}

/** Writes one entry, without what separates it from the next; it never holds a line feed. */
export type EntryFormat = (entry: ExportedEntry, origin: ExportOrigin) => string

/** The members that every format shows in fields of its own; empty where the entry does not have them. */
export interface EntryFields {
  readonly action: string
  readonly at: string
  readonly id: string
  readonly outcome: string
  readonly tenant: string
  readonly protocol: string
  readonly peer: string
  readonly request: string
  readonly error: string
  readonly policies: readonly string[]
  readonly actor: { readonly auth: string; readonly id: string; readonly name: string }
  readonly target: { readonly kind: string; readonly id: string; readonly name: string }
}

export function entryFields(event: ExportedEntry['event']): EntryFields {
  const actor = objectIn(event['actor'])
  const target = objectIn(event['target'])
  return {
    action: textIn(event['action']),
    at: textIn(event['at']),
    id: textIn(event['id']),
    outcome: textIn(event['outcome']),
    tenant: textIn(event['tenant']),
    protocol: textIn(event['protocol']),
    peer: textIn(event['peer']),
    request: textIn(event['request']),
    error: textIn(event['error']),
    policies: Array.isArray(event['policies']) ? event['policies'].map(textIn) : [],
    actor: { auth: textIn(actor['auth']), id: textIn(actor['id']), name: textIn(actor['name']) },
    target: {
      kind: textIn(target['kind']),
      id: textIn(target['id']),
      name: textIn(target['name']),
    },
  }
}

/** The entry byte for byte as the log holds it, which is what a receipt proves. */
export function entryText(event: ExportedEntry['event']): string {
  return canonicalJson(event as CanonicalJson)
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
