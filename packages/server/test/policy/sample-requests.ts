import type {
  PolicyDocument,
  PrincipalId,
  RequestContext,
  Resource,
  Role,
  Session,
  TenantId,
  TokenId,
} from '@claviger/core'

export const TENANT = 'default' as TenantId

export function sampleSession(roles: readonly Role[], changes: Partial<Session> = {}): Session {
  return Object.freeze({
    tenant: TENANT,
    principal: '01980000-0000-7000-8000-000000000001' as PrincipalId,
    name: 'alice',
    roles,
    authentication: 'token' as const,
    token: '01980000-0000-7000-8000-000000000002' as TokenId,
    scope: {},
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...changes,
  })
}

export function sampleResource(kind: Resource['kind'], changes: Partial<Resource> = {}): Resource {
  const attributes = {
    spec: 'aes-256',
    purpose: 'encrypt',
    state: 'active',
    owner: '',
    labels: { team: 'payments' },
  }
  return {
    kind,
    id: `${kind}-1`,
    name: `${kind}-one`,
    revision: 1,
    attributes: kind === 'key' ? attributes : {},
    ...changes,
  }
}

/** A key with some attributes of its own, as loaded anew: another object each time. */
export function sampleKey(attributes: Resource['attributes'] = {}, name = 'key-one'): Resource {
  const key = sampleResource('key', { name })
  return { ...key, attributes: { ...key.attributes, ...attributes } }
}

export const CALL: RequestContext = Object.freeze({ protocol: 'rest', peer: '10.1.2.3' })

export function policyDocument(name: string, text: string): PolicyDocument {
  return { tenant: TENANT, name, text, updatedAt: 0 }
}
