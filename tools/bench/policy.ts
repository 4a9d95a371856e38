import {
  DEFAULT_TENANT,
  type PrincipalId,
  type RequestContext,
  type Resource,
  type Session,
} from '@claviger/core'
import { createCedarAuthorizer } from '../../packages/server/src/policy/index.ts'
import type { Measurement } from './measurement.ts'

const DECISIONS = 2_000_000

/** A decision that has been taken before, over a thousand keys in turn. */
export function measurePolicy(): Measurement {
  const authorizer = createCedarAuthorizer()
  authorizer.setPolicies(DEFAULT_TENANT, [])
  const session: Session = Object.freeze<Session>({
    tenant: DEFAULT_TENANT,
    principal: 'bench' as PrincipalId,
    name: 'bench',
    roles: ['user'],
    authentication: 'token',
    scope: {},
    expiresAt: Number.POSITIVE_INFINITY,
  })
  const context: RequestContext = { protocol: 'rest', peer: '127.0.0.1' }
  const resources = Array.from(
    { length: 1_000 },
    (_, index): Resource => ({
      kind: 'key',
      id: `key-${index}`,
      name: `name-${index}`,
      revision: 1,
      attributes: { spec: 'aes-256', purpose: 'encrypt', state: 'active', owner: '', labels: {} },
    }),
  )
  const decideAll = (rounds: number): number => {
    let allowed = 0
    for (let round = 0; round < rounds; round++) {
      for (const resource of resources) {
        if (authorizer.decide(session, 'key.encrypt', resource, context).allowed) allowed++
      }
    }
    return allowed
  }
  decideAll(20)
  const started = performance.now()
  const allowed = decideAll(DECISIONS / resources.length)
  const microseconds = ((performance.now() - started) * 1_000) / DECISIONS
  if (allowed !== DECISIONS) throw new Error('a user may encrypt; the figure would be of denials')
  return { name: 'policy-cached-us', value: microseconds, unit: 'µs', bar: 1, side: 'at-most' }
}
