import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import { parseInstant, toWire } from '../wire-time.ts'
import type { Answer, Handlers } from './handler.ts'
import { LIMIT_DEFAULT } from './input.ts'

type PolicyRouteId =
  | 'listPolicies'
  | 'getPolicy'
  | 'putPolicy'
  | 'deletePolicy'
  | 'policyHistory'
  | 'checkPolicy'
  | 'explainPolicy'
  | 'diffPolicy'
  | 'tryPolicies'

export function policyHandlers({ keeper }: RestOptions): Handlers<PolicyRouteId> {
  return {
    listPolicies: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.listPolicies, {}, context)
      return { body: { ...output, policies: output.policies.map(policyOnWire), entry }, entry }
    },
    getPolicy: async ({ session, context, params }) => {
      const input = { name: params.policy }
      return answerPolicy(await keeper.execute(session, core.getPolicy, input, context))
    },
    putPolicy: async ({ session, context, params, body, options }) => {
      // A policy that is written may be new, so the operation itself holds the revision.
      const { expectedRevision } = options
      const seen = expectedRevision === undefined ? {} : { expectedRevision }
      const input = { name: params.policy, ...body, ...seen }
      return answerPolicy(await keeper.execute(session, core.putPolicy, input, context))
    },
    deletePolicy: async ({ session, context, params, options }) => {
      const input = { name: params.policy }
      const done = await keeper.execute(session, core.deletePolicy, input, context, options)
      return { body: { ...done.output, entry: done.entry }, entry: done.entry }
    },
    policyHistory: async ({ session, context, params }) => {
      const input = { name: params.policy }
      const { output, entry } = await keeper.execute(session, core.policyHistory, input, context)
      return { body: { ...output, versions: toWire(output.versions), entry }, entry }
    },
    checkPolicy: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.checkPolicy, body, context)
      return { body: { ...output, entry }, entry }
    },
    explainPolicy: async ({ session, context, body }) => {
      const { limit = LIMIT_DEFAULT, ...question } = timed(body)
      const input = { ...question, limit }
      const { output, entry } = await keeper.execute(session, core.explainPolicy, input, context)
      return { body: { ...output, entry }, entry }
    },
    diffPolicy: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.diffPolicy, timed(body), context)
      return { body: { ...output, entry }, entry }
    },
    tryPolicies: async ({ session, context, body }) => {
      const input = { ...body, expectations: body.expectations.map((one) => timed(one)) }
      const { output, entry } = await keeper.execute(session, core.tryPolicies, input, context)
      return { body: { ...output, entry }, entry }
    },
  }
}

/** A call that is asked about, with its time as the domain has it. */
function timed<Asked extends { readonly at?: string }>({ at, ...rest }: Asked) {
  return { ...rest, ...(at !== undefined && { at: parseInstant(at, '`at`') }) }
}

function policyOnWire({ policy, revision }: core.DescribedPolicy): unknown {
  return toWire({ ...policy, revision })
}

function answerPolicy({ output, entry }: core.ManagementAnswer<core.DescribedPolicy>): Answer {
  return { body: { policy: policyOnWire(output), entry }, entry, revision: output.revision }
}
