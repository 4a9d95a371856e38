import {
  type Action,
  DEFAULT_TENANT,
  type PolicyDocument,
  type PrincipalId,
  type RequestContext,
  type Resource,
  type Session,
} from '@claviger/core'
import { createCedarAuthorizer } from '../../packages/server/src/policy/index.ts'
import { median, type Measurement } from './measurement.ts'

const POLICIES = 1_000
const DOCUMENTS = 10
const PRINCIPALS = 10_000
const KEYS = 1_000
const TEAMS = 100
const CACHED = 1_000_000
const COLD = 2_000
/** New decisions are measured by so many, of which the median counts. */
const BATCH = 200

const ACTIONS: readonly Action[] = [
  'key.encrypt',
  'key.decrypt',
  'key.sign',
  'key.verify',
  'key.mac',
  'key.generate-data-key',
  'key.wrap',
  'key.unwrap',
  'key.derive',
  'key.rotate',
]
const CALL: RequestContext = { protocol: 'rest', peer: '10.1.2.3' }

/**
 * A tenant of 1,000 policies: 600 for one principal each and the keys of its team, 300 for a role and an action
 * on keys with a label, 100 that forbid everybody something under a condition. All look at the resource, so
 * that no decision serves more than one key.
 */
function policyText(index: number): string {
  const action = ACTIONS[index % ACTIONS.length]
  const team = `team-${index % TEAMS}`
  if (index < 600) {
    return `permit (principal == Principal::"${principalId(index)}", action == Action::"${action}", resource is Key) when { resource.name like "${team}/*" };`
  }
  if (index < 900) {
    const role = ['user', 'officer', 'approver'][index % 3]
    return `permit (principal in Role::"${role}", action == Action::"${action}", resource is Key) when { resource.hasTag("team") && resource.getTag("team") == "${team}" };`
  }
  return `forbid (principal, action == Action::"${action}", resource is Key) when { resource.hasTag("frozen") && resource.getTag("frozen") == "${index}" };`
}

function principalId(index: number): PrincipalId {
  return `0198a5d0-0000-7000-8000-${String(index).padStart(12, '0')}` as PrincipalId
}

function documents(): readonly PolicyDocument[] {
  const each = POLICIES / DOCUMENTS
  return Array.from({ length: DOCUMENTS }, (_, document) => ({
    tenant: DEFAULT_TENANT,
    name: `policies-${document}`,
    text: Array.from({ length: each }, (_, at) => policyText(document * each + at)).join('\n'),
    updatedAt: 0,
  }))
}

function sessions(): readonly Session[] {
  return Array.from({ length: PRINCIPALS }, (_, index) =>
    Object.freeze<Session>({
      tenant: DEFAULT_TENANT,
      principal: principalId(index),
      name: `principal-${index}`,
      roles: [(['user', 'officer', 'approver'] as const)[index % 3] ?? 'user'],
      authentication: 'token',
      scope: {},
      expiresAt: Number.POSITIVE_INFINITY,
    }),
  )
}

function keys(): readonly Resource[] {
  return Array.from({ length: KEYS }, (_, index) => ({
    kind: 'key',
    id: `key-${index}`,
    name: `team-${index % TEAMS}/key-${index}`,
    revision: 1,
    attributes: {
      spec: 'aes-256',
      purpose: 'encrypt',
      state: 'active',
      owner: '',
      labels: { team: `team-${index % TEAMS}` },
    },
  }))
}

/** Decisions in a tenant of 1,000 policies and 10,000 principals: taken before, and for the first time. */
export function measurePolicyScale(): readonly Measurement[] {
  const authorizer = createCedarAuthorizer({
    decisionsMax: 10 * CACHED,
    report: ({ message }) => {
      throw new Error(message)
    },
  })
  authorizer.setPolicies(DEFAULT_TENANT, documents())
  const callers = sessions()
  const resources = keys()
  const decide = (index: number): boolean => {
    const caller = callers[(index * 7919) % PRINCIPALS] as Session
    const action = ACTIONS[Math.floor(index / 7) % ACTIONS.length] as Action
    return authorizer.decide(caller, action, resources[index % KEYS] as Resource, CALL).allowed
  }
  for (let index = 0; index < 200; index++) decide(COLD + index)
  let allowed = 0
  const cold: number[] = []
  for (let first = 0; first < COLD; first += BATCH) {
    const began = performance.now()
    for (let index = first; index < first + BATCH; index++) if (decide(index)) allowed++
    cold.push(((performance.now() - began) * 1_000) / BATCH)
  }
  if (allowed === 0 || allowed === COLD) throw new Error('the policies decide nothing')
  const started = performance.now()
  for (let index = 0; index < CACHED; index++) decide(index % COLD)
  const cached = ((performance.now() - started) * 1_000) / CACHED
  return [
    { name: 'policy-1000-cached-us', value: cached, unit: 'µs', bar: 1, side: 'at-most' },
    { name: 'policy-1000-cold-us', value: median(cold), unit: 'µs', bar: 300, side: 'at-most' },
  ]
}
