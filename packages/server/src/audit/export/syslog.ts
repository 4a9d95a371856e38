import { type EntryFormat, entryFields, entryText } from './exported-entry.ts'

/** RFC 5424 §6.2.1, facility 13: log audit. */
const FACILITY = 13
const SEVERITIES: Readonly<Record<string, number>> = { allowed: 6, partial: 5 }
/** Denied, failed and whatever a later version says: a warning. */
const SEVERITY_OTHERWISE = 4
const HOSTNAME_MAX = 255
const MESSAGE_ID_MAX = 32
/** RFC 5424 §6.4: text in UTF-8 begins with it. */
const BOM = '\ufeff'

/** RFC 5424: the fields people search by as structured data, the whole entry as the message. */
export const toSyslog: EntryFormat = ({ index, event }, { host }) => {
  const fields = entryFields(event)
  const severity = SEVERITIES[fields.outcome] ?? SEVERITY_OTHERWISE
  const name = headerField(host, HOSTNAME_MAX)
  const messageId = headerField(fields.action, MESSAGE_ID_MAX)
  const parameters: [string, string][] = [
    ['index', String(index)],
    ['id', fields.id],
    ['tenant', fields.tenant],
    ['outcome', fields.outcome],
    ['actor', fields.actor.name],
    ['actorId', fields.actor.id],
    ['target', fields.target.name],
    ['targetId', fields.target.id],
    ['targetKind', fields.target.kind],
    ['peer', fields.peer],
    ['protocol', fields.protocol],
    ['error', fields.error],
    ['request', fields.request],
  ]
  const data = parameters
    .filter(([, value]) => value !== '')
    .map(([parameter, value]) => ` ${parameter}="${escapeParameter(value)}"`)
    .join('')
  const header = `<${FACILITY * 8 + severity}>1 ${headerField(fields.at, 32)} ${name} claviger - ${messageId}`
  // 32473 is the number that RFC 5612 keeps for documentation: the project has none of its own.
  return `${header} [claviger@32473${data}] ${BOM}${entryText(event)}`
}

/** RFC 6587 §3.4.1, and the only framing of RFC 5425: how many bytes follow, then the message. */
export function octetCounted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`
}

/** RFC 5424 §6: printable ASCII without a space, bounded, `-` for nothing. */
function headerField(text: string, lengthMax: number): string {
  const printable = text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, lengthMax)
  return printable === '' ? '-' : printable
}

/** RFC 5424 §6.3.3; control characters become `#` and three octal digits, as §8.2 has receivers do. */
function escapeParameter(value: string): string {
  return value
    .replaceAll(/["\\\]]/g, String.raw`\$&`)
    .replaceAll(/\p{Cc}/gu, (character) => octal(character.charCodeAt(0)))
}

function octal(code: number): string {
  return `#${code.toString(8).padStart(3, '0')}`
}
