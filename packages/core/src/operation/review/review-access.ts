import { canonicalJson, type CanonicalJson } from '@claviger/bytes'
import { timestamp } from '../../audit/entry.ts'
import { DAY_MS } from '../../clock.ts'
import { KeeperError } from '../../error.ts'
import type { TenantId } from '../../id.ts'
import { ACTIONS, type Action } from '../../policy/action.ts'
import { rolesInForce } from '../../principal/duties.ts'
import type { Principal, Token } from '../../principal/principal.ts'
import type { PolicyDocument } from '../../storage/record.ts'
import type { Store } from '../../storage/store.ts'
import { type Everybody, readEverybody } from '../duties/everybody.ts'
import type { May } from '../duties/find-quorums.ts'
import { findDuties, mayOf } from '../duties/report-duties.ts'
import { LIST_MAX } from '../key/list-keys.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { policiesInForce } from '../policy/policies-in-force.ts'
import { type LastSeen, readLastSeen } from './last-seen.ts'

export interface ReviewAccessInput {
  /** Who has not been seen for so long is stale; 90 if absent. */
  readonly staleDays?: number
}

export interface ReviewAccessOutput {
  /** Canonical JSON; the entry that tells of this call has its hash. */
  readonly review: string
  /** SHA-256, hex. */
  readonly digest: string
}

const STALE_DAYS_DEFAULT = 90
const STALE_DAYS_MAX = 3_650
const ATTACHMENTS_MAX = 100_000

/**
 * Who can come in and what they may do, on a day. Its hash is in the log: a receipt of that entry, signed by
 * the log's key, proves the review to whoever has the key, without the keeper.
 */
export const reviewAccess: ManagementOperation<'tenant', ReviewAccessInput, ReviewAccessOutput> = {
  action: 'duties.review',
  target: () => ({ kind: 'tenant', ref: 'review' }),
  run: async (scope, { staleDays = STALE_DAYS_DEFAULT }) => {
    if (!Number.isSafeInteger(staleDays) || staleDays < 1 || staleDays > STALE_DAYS_MAX) {
      throw new KeeperError(
        'invalid-input',
        `stale is who is not seen for 1 to ${STALE_DAYS_MAX} days`,
      )
    }
    const review = canonicalJson(await reviewOf(scope, staleDays))
    const digest = scope.ports.approvals.digest(review)
    return { output: { review, digest }, details: { sha256: digest } }
  },
}

async function reviewOf(
  { ports, tenant, session, now }: ManagementScope<'tenant'>,
  staleDays: number,
): Promise<CanonicalJson> {
  const everybody = await readEverybody(ports.store, tenant)
  const policies = await policiesInForce(ports.store, tenant)
  const seen = await readLastSeen(ports.reader, tenant)
  const staleBefore = timestamp(now - staleDays * DAY_MS)
  const may = actionsOf(mayOf(ports), policies)
  const { principals, groups, quorums, damaged } = everybody
  return {
    version: 1,
    tenant,
    at: timestamp(now),
    by: { id: session.principal, name: session.name },
    staleDays,
    log: { entries: seen.entries, ...(seen.since !== undefined && { since: seen.since }) },
    principals: principals.map((one) =>
      describe(one, everybody, { seen, may, staleBefore, now: timestamp(now) }),
    ),
    groups: groups.map(({ id, name, members }) => ({
      id,
      name,
      members: members.map(({ principal, team = '' }) => ({ principal, team })),
    })),
    quorums: quorums.map(
      ({ id, name, actions, approvals, group, distinctTeams, labels, names }) => ({
        id,
        name,
        actions,
        approvals,
        group,
        distinctTeams,
        ...(labels !== undefined && { labels }),
        ...(names !== undefined && { names }),
      }),
    ),
    policies: policies.map(({ name, text, updatedAt }) => ({
      name,
      sha256: ports.approvals.digest(text),
      updatedAt: timestamp(updatedAt),
    })),
    kept: await keptByProtocols(ports.store, tenant),
    findings: findDuties(ports, everybody, now).map((finding) => ({ ...finding })),
    damaged,
  }
}

interface Facts {
  readonly seen: LastSeen
  readonly may: (principal: Principal) => readonly Action[]
  readonly staleBefore: string
  readonly now: string
}

function describe(principal: Principal, { tokens }: Everybody, facts: Facts): CanonicalJson {
  const { id, name, kind, roles, disabled, certificates, approverKeys = [], createdAt } = principal
  const { seen, staleBefore } = facts
  const lastSeen = seen.at.get(id)
  return {
    id,
    name,
    kind,
    roles,
    rolesInForce: rolesInForce(roles),
    disabled,
    certificates: certificates.length,
    approverKeys: approverKeys.map((key) => key.id),
    createdAt: timestamp(createdAt),
    ...(lastSeen !== undefined && { lastSeen }),
    stale: !disabled && (lastSeen ?? timestamp(createdAt)) < staleBefore,
    may: facts.may(principal),
    tokens: tokens.filter((token) => token.principal === id).map((token) => ofToken(token, facts)),
  }
}

function ofToken(token: Token, { seen, staleBefore, now }: Facts): CanonicalJson {
  const { id, description, scope, createdAt, expiresAt, revokedAt, sharedSecret } = token
  const lastSeen = seen.at.get(id)
  const isOver = revokedAt !== undefined || timestamp(expiresAt) <= now
  return {
    id,
    description,
    form: sharedSecret === undefined ? 'bearer' : 'shared-secret',
    state: revokedAt === undefined ? (isOver ? 'expired' : 'live') : 'revoked',
    createdAt: timestamp(createdAt),
    expiresAt: timestamp(expiresAt),
    ...(scope.actions !== undefined && { actions: scope.actions }),
    ...(scope.keys !== undefined && { keys: scope.keys }),
    ...(lastSeen !== undefined && { lastSeen }),
    unused: !isOver && lastSeen === undefined,
    stale: !isOver && (lastSeen ?? timestamp(createdAt)) < staleBefore,
  }
}

/** Without policies of the tenant's own, who has the same roles may do the same. */
function actionsOf(
  may: May,
  policies: readonly PolicyDocument[],
): (principal: Principal) => readonly Action[] {
  const known = new Map<string, readonly Action[]>()
  return (principal) => {
    const mark = policies.length === 0 ? [...principal.roles].sort().join() : principal.id
    const actions = known.get(mark) ?? ACTIONS.filter((action) => may(principal, action))
    known.set(mark, actions)
    return actions
  }
}

/** Grants, aliases and policies that protocols keep: how many of each kind. */
async function keptByProtocols(store: Store, tenant: TenantId): Promise<CanonicalJson> {
  const counts: Record<string, number> = {}
  let after: string | undefined
  let count = 0
  do {
    const query = { tenant, limit: LIST_MAX, ...(after !== undefined && { after }) }
    const page = await store.list('attachment', query)
    for (const { value } of page.records) {
      const kind = value.name.split('/', 2).join('/')
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    count += page.records.length
    after = page.next
  } while (after !== undefined && count < ATTACHMENTS_MAX)
  return counts
}
