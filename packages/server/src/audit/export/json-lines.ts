import { type EntryFormat, entryText } from './exported-entry.ts'

/** The entry as the log holds it, below its index. */
export const toJsonLine: EntryFormat = ({ index, event }) =>
  `{"index":${index},"event":${entryText(event)}}`
