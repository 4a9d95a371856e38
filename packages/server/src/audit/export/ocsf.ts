import { type EntryFields, type EntryFormat, entryFields, entryText } from './exported-entry.ts'

const SCHEMA_VERSION = '1.3.0'
/** Application Activity. */
const CATEGORY = 6
/** API Activity. */
const CLASS = 6003
const CREATE = 1
const READ = 2
const UPDATE = 3
const DELETE = 4
/** Its name is then the source's own word. */
const OTHER = 99
const ACTIVITY_NAMES: Readonly<Record<number, string>> = {
  [CREATE]: 'Create',
  [READ]: 'Read',
  [UPDATE]: 'Update',
  [DELETE]: 'Delete',
}
/** By the last part of the action; what is not here (encrypt, sign, approve) is no act on a record. */
const ACTIVITIES: Readonly<Record<string, number>> = {
  create: CREATE,
  import: CREATE,
  get: READ,
  list: READ,
  read: READ,
  history: READ,
  'public-key': READ,
  receipt: READ,
  checkpoint: READ,
  report: READ,
  update: UPDATE,
  put: UPDATE,
  activate: UPDATE,
  rotate: UPDATE,
  suspend: UPDATE,
  resume: UPDATE,
  deactivate: UPDATE,
  revoke: UPDATE,
  attach: UPDATE,
  detach: UPDATE,
  delete: DELETE,
  destroy: DELETE,
  'delete-material': DELETE,
}
const SEVERITIES: Readonly<Record<string, readonly [number, string]>> = {
  allowed: [1, 'Informational'],
  partial: [2, 'Low'],
  failed: [2, 'Low'],
  denied: [3, 'Medium'],
}
const STATUSES: Readonly<Record<string, readonly [number, string]>> = {
  allowed: [1, 'Success'],
  denied: [2, 'Failure'],
  failed: [2, 'Failure'],
}

/** OCSF 1.3 API Activity; `raw_data` is the entry itself, so that nothing is lost. */
export const toOcsf: EntryFormat = ({ index, event }, { host, version }) => {
  const fields = entryFields(event)
  const activity = ACTIVITIES[fields.action.slice(fields.action.indexOf('.') + 1)] ?? OTHER
  const [severity, severityName] = SEVERITIES[fields.outcome] ?? [0, 'Unknown']
  const [status, statusName] = STATUSES[fields.outcome] ?? [99, fields.outcome]
  return JSON.stringify({
    activity_id: activity,
    activity_name: ACTIVITY_NAMES[activity] ?? fields.action,
    actor: { user: userOf(fields) },
    api: {
      operation: fields.action,
      service: { name: fields.protocol === '' ? 'claviger' : fields.protocol },
      ...(fields.request !== '' && { request: { uid: fields.request } }),
    },
    category_name: 'Application Activity',
    category_uid: CATEGORY,
    class_name: 'API Activity',
    class_uid: CLASS,
    dst_endpoint: { hostname: host },
    metadata: {
      log_name: 'audit',
      original_time: fields.at,
      product: { name: 'Claviger', vendor_name: 'Claviger', version },
      sequence: index,
      uid: fields.id,
      version: SCHEMA_VERSION,
    },
    raw_data: entryText(event),
    resources: [resourceOf(fields)],
    severity: severityName,
    severity_id: severity,
    src_endpoint: fields.peer === '' ? { name: 'claviger' } : { ip: fields.peer },
    status: statusName,
    ...(fields.error !== '' && { status_code: fields.error }),
    status_id: status,
    time: Date.parse(fields.at),
    type_name: `API Activity: ${ACTIVITY_NAMES[activity] ?? 'Other'}`,
    type_uid: CLASS * 100 + activity,
    unmapped: { tenant: fields.tenant },
  })
}

/** System for the keeper itself, unknown for who has no name, otherwise a user. */
function userOf({ actor }: EntryFields): object {
  const type = actor.auth === 'internal' ? 3 : actor.auth === 'anonymous' ? 0 : 1
  return { name: actor.name, type_id: type, uid: actor.id }
}

function resourceOf({ target }: EntryFields): object {
  return {
    ...(target.name !== '' && { name: target.name }),
    type: target.kind,
    ...(target.id !== '' && { uid: target.id }),
  }
}
