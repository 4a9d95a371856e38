import { type EntryFormat, entryFields } from './exported-entry.ts'

/** 0 to 10. */
const SEVERITIES: Readonly<Record<string, number>> = { allowed: 1, partial: 4, failed: 4 }
const SEVERITY_OTHERWISE = 6

/** ArcSight Common Event Format, version 0. */
export const toCef: EntryFormat = ({ index, event }, { host, version }) => {
  const fields = entryFields(event)
  const severity = SEVERITIES[fields.outcome] ?? SEVERITY_OTHERWISE
  const header = ['Claviger', 'Claviger', version, fields.action, fields.action].map(escapeHeader)
  const at = Date.parse(fields.at)
  const extension: [string, string][] = [
    ['rt', Number.isNaN(at) ? '' : String(at)],
    ['dvchost', host],
    ['externalId', fields.id],
    ['act', fields.action],
    ['outcome', fields.outcome],
    ['reason', fields.error],
    ['suid', fields.actor.id],
    ['suser', fields.actor.name],
    ...peerFields(fields.peer),
    ['app', fields.protocol],
    ['cn1', String(index)],
    ['cn1Label', 'index'],
    ...labelled('cs1', 'tenant', fields.tenant),
    ...labelled('cs2', 'target', fields.target.name),
    ...labelled('cs3', 'targetId', fields.target.id),
    ...labelled('cs4', 'targetKind', fields.target.kind),
    ...labelled('cs5', 'policies', fields.policies.join(',')),
    ...labelled('cs6', 'request', fields.request),
  ]
  const pairs = extension
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key}=${escapeExtension(value)}`)
  return `CEF:0|${header.join('|')}|${severity}|${pairs.join(' ')}`
}

/** `src` is an IPv4 address; one of version 6 has a field of its own. */
function peerFields(peer: string): [string, string][] {
  return peer.includes(':') ? labelled('c6a2', 'peer', peer) : [['src', peer]]
}

function labelled(key: string, label: string, value: string): [string, string][] {
  return value === ''
    ? []
    : [
        [key, value],
        [`${key}Label`, label],
      ]
}

function escapeHeader(text: string): string {
  return text.replaceAll(/[\\|]/g, String.raw`\$&`).replaceAll(/[\r\n]/g, ' ')
}

function escapeExtension(text: string): string {
  return text
    .replaceAll(/[\\=]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`)
}
