import { toCef } from './cef.ts'
import type { EntryFormat } from './exported-entry.ts'
import { toJsonLine } from './json-lines.ts'
import { toOcsf } from './ocsf.ts'
import { toSyslog } from './syslog.ts'

/** What an entry can be written as: `docs/operations/audit-export.md`. */
export const ENTRY_FORMATS = {
  jsonl: toJsonLine,
  rfc5424: toSyslog,
  cef: toCef,
  ocsf: toOcsf,
} as const satisfies Readonly<Record<string, EntryFormat>>

export type EntryFormatName = keyof typeof ENTRY_FORMATS
