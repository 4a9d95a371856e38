import assert from 'node:assert/strict'
import * as core from '@claviger/core'
import { MemoryStore } from '@claviger/testkit'
import { createCedarAuthorizer, PolicyFeed } from '../../src/policy/index.ts'
import { makeQuorumWorld, type QuorumWorld } from './quorum-world.ts'

export interface PolicyWorld extends QuorumWorld {
  readonly put: (name: string, text: string) => Promise<core.DescribedPolicy>
  readonly explain: (
    action: core.Action,
    more?: Partial<core.ExplainPolicyInput>,
  ) => Promise<core.ExplainPolicyOutput>
  /** A token that is only in the store: nobody comes in by it. */
  readonly token: (of: core.Principal, more?: Partial<core.Token>) => Promise<core.Token>
}

/** A keeper whose decisions are Cedar's, by the policies in its store. */
export async function makePolicyWorld(): Promise<PolicyWorld> {
  const store = new MemoryStore()
  const authorizer = createCedarAuthorizer({ report: ({ message }) => assert.fail(message) })
  const feed = new PolicyFeed(store, authorizer)
  await feed.ensure(core.DEFAULT_TENANT)
  const world = makeQuorumWorld(store, authorizer, [feed.observe])
  const { as, admin, ports } = world
  return {
    ...world,
    put: (name, text) => as(admin, core.putPolicy, { name, text }),
    explain: (action, more = {}) => as(admin, core.explainPolicy, { action, limit: 100, ...more }),
    token: async ({ id: principal, tenant }, more = {}) => {
      const id = ports.ids.uuid() as core.TokenId
      const expiresAt = Number.MAX_SAFE_INTEGER
      const made = { id, tenant, principal, description: '', scope: {}, createdAt: 0, expiresAt }
      const value: core.Token = { ...made, hash: id.replaceAll('-', '').repeat(2), ...more }
      await store.commit({ puts: [{ kind: 'token', tenant, id, value, expected: 0 }] })
      return value
    },
  }
}
