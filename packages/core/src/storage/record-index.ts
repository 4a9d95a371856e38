import type { Instant } from '../clock.ts'
import { materialExpiry } from '../key/imported-material.ts'
import type { Key, KeyVersion } from '../key/key.ts'
import { rotationDueAt } from '../key/rotation.ts'
import type { ManagedObject } from '../object/managed-object.ts'
import type { Principal, Token } from '../principal/principal.ts'
import type { RecordIndex, RecordKind, RecordTypes } from './store.ts'

/**
 * What the store finds a record by. Pure, so that an index can be checked against its record and built
 * anew. Facets are what people filter lists by: `spec`, `purpose`, `state`, `label:<name>`, ….
 */
export function indexOf<K extends RecordKind>(kind: K, value: RecordTypes[K]): RecordIndex {
  return INDEXERS[kind](value)
}

const INDEXERS: { readonly [K in RecordKind]: (value: RecordTypes[K]) => RecordIndex } = {
  tenant: (tenant) => ({ name: tenant.name, facets: [`state=${tenant.state}`] }),
  'credential-home': ({ credential, tenant }) => ({ name: credential, parent: tenant, facets: [] }),
  key: indexKey,
  'key-version': indexKeyVersion,
  object: indexObject,
  principal: indexPrincipal,
  token: indexToken,
  policy: (policy) => ({ name: policy.name, facets: [] }),
  'policy-history': ({ name }) => ({ name, facets: [] }),
  usage: (usage) => ({ parent: usage.version, facets: [] }),
  'last-use': ({ key }) => ({ parent: key, facets: [] }),
  attachment: ({ name, key, facets }) => ({
    name,
    ...(key !== undefined && { parent: key }),
    facets,
  }),
  group: ({ name, members }) => ({
    name,
    facets: members.map(({ principal }) => `member=${principal}`),
  }),
  quorum: ({ name, group }) => ({ name, parent: group, facets: [] }),
  approval: ({ content: { requester, target }, match, state }) => ({
    parent: target.id,
    facets: [`match=${match}`, `state=${state}`, `requester=${requester.id}`],
  }),
  idempotency: (answer) => ({ parent: answer.principal, due: answer.expiresAt, facets: [] }),
}

/** Every kind of record there is. */
export const RECORD_KINDS = Object.keys(INDEXERS) as readonly RecordKind[]

function indexKey(key: Key): RecordIndex {
  const facets = [
    `state=${key.state}`,
    `spec=${key.spec}`,
    `purpose=${key.purpose}`,
    ...ownerFacet(key.owner),
    ...labelFacets(key.labels),
  ]
  if (key.suspension !== undefined) facets.push('suspended=yes')
  if (key.destroyAt !== undefined) facets.push('destruction=scheduled')
  return { name: key.name, ...dueAt(earliest([key.destroyAt, rotationDueAt(key)])), facets }
}

function indexKeyVersion(version: KeyVersion): RecordIndex {
  const facets = [`state=${version.state}`]
  // Finds the key that a certificate is for; the tail of the base64 is the key's own bytes.
  if (version.publicKey !== undefined) facets.push(`public-key=${version.publicKey.slice(-44)}`)
  const due = earliest([versionDue(version), materialExpiry(version)])
  return { parent: version.key, ...dueAt(due), facets }
}

/**
 * When a version next needs the scheduler. Only what a date changes by itself is due: the end of the
 * recipient-usage period (SP 800-57 pt1 §5.3.5) destroys nothing unasked, and a date that no sweep can
 * settle would stand first in every sweep after it. Agrees with `dueAt` of the lifecycle, but for a key's
 * own `destroyAt`, which the key is due at.
 */
function versionDue(version: KeyVersion): Instant | undefined {
  switch (version.state) {
    case 'pre-active':
      return version.activateAt
    case 'active':
      return version.protectUntil
    // A suspended version waits for a decision, not for a date (SP 800-57 pt1 §7.3).
    case 'suspended':
    case 'deactivated':
    case 'compromised':
    case 'destroyed':
      return undefined
  }
}

function indexObject(object: ManagedObject): RecordIndex {
  const key = object.certificate?.key
  return {
    name: object.name,
    ...(key !== undefined && { parent: key }),
    ...dueAt(objectDue(object)),
    facets: [
      `kind=${object.kind}`,
      `state=${object.state}`,
      ...ownerFacet(object.owner),
      ...labelFacets(object.labels),
    ],
  }
}

function objectDue(object: ManagedObject): Instant | undefined {
  if (object.state === 'destroyed') return undefined
  const dates = [object.destroyAt]
  if (object.state === 'pre-active') dates.push(object.activateAt)
  if (object.state === 'active') dates.push(object.deactivateAt)
  return earliest(dates)
}

function indexPrincipal(principal: Principal): RecordIndex {
  return {
    name: principal.name,
    facets: [
      `kind=${principal.kind}`,
      ...principal.roles.map((role) => `role=${role}`),
      ...principal.certificates.map((fingerprint) => `certificate=${fingerprint}`),
      ...(principal.disabled ? ['disabled=yes'] : []),
    ],
  }
}

function indexToken(token: Token): RecordIndex {
  const name = token.sharedSecret?.identifier ?? token.hash
  return {
    ...(name !== undefined && { name }),
    parent: token.principal,
    due: token.expiresAt,
    facets: [],
  }
}

function labelFacets(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([name, value]) => `label:${name}=${value}`)
}

const ownerFacet = (owner: string): readonly string[] => (owner === '' ? [] : [`owner=${owner}`])

function dueAt(due: Instant | undefined): { readonly due?: Instant } {
  return due === undefined ? {} : { due }
}

function earliest(dates: readonly (Instant | undefined)[]): Instant | undefined {
  const known = dates.filter((date) => date !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
