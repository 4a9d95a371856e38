import { decodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { APPROVAL_ROUTES } from '../routes/approval.ts'
import { toWire } from '../wire-time.ts'
import { answerPrincipal } from './access.ts'
import type { Answer, Call, Handlers } from './handler.ts'
import { LIMIT_DEFAULT } from './input.ts'

type RouteId = keyof typeof APPROVAL_ROUTES

export function approvalHandlers(options: RestOptions): Handlers<RouteId> {
  return { ...groupHandlers(options), ...quorumHandlers(options), ...requestHandlers(options) }
}

type GroupRouteId = Extract<RouteId, `${string}Group` | 'listGroups' | 'enrollPrincipal'>

function groupHandlers({ keeper }: RestOptions): Handlers<GroupRouteId> {
  return {
    enrollPrincipal: async ({ session, context, params, body, options }) => {
      const passkeys = (body.passkeys ?? []).map(({ credential, publicKey }) => ({
        credential: decodeBase64(credential),
        publicKey: decodeBase64(publicKey),
      }))
      const keys = body.keys.map(decodeBase64)
      const input = { ...params, keys, ...(passkeys.length > 0 && { passkeys }) }
      return answerPrincipal(
        await keeper.execute(session, core.enrollPrincipal, input, context, options),
      )
    },
    createGroup: async ({ session, context, body, options }) =>
      answerGroup(await keeper.execute(session, core.createGroup, body, context, options)),
    listGroups: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.listGroups, {}, context)
      return { body: { ...output, groups: output.groups.map(groupOnWire), entry }, entry }
    },
    getGroup: async ({ session, context, params }) =>
      answerGroup(await keeper.execute(session, core.getGroup, params, context)),
    updateGroup: async ({ session, context, params, body, options }) => {
      const input = { ...params, ...body }
      return answerGroup(await keeper.execute(session, core.updateGroup, input, context, options))
    },
    deleteGroup: async ({ session, context, params, options }) => {
      const done = await keeper.execute(session, core.deleteGroup, params, context, options)
      return { body: { ...done.output, entry: done.entry }, entry: done.entry }
    },
  }
}

type QuorumRouteId = Extract<
  RouteId,
  `${string}Quorum` | 'listQuorums' | 'installGuards' | 'reportDuties' | 'reviewAccess'
>

function quorumHandlers({ keeper }: RestOptions): Handlers<QuorumRouteId> {
  return {
    createQuorum: async ({ session, context, body, options }) =>
      answerQuorum(await keeper.execute(session, core.createQuorum, body, context, options)),
    installGuards: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.installGuards, body, context)
      return { body: { quorums: output.quorums.map(quorumOnWire), entry }, entry }
    },
    reportDuties: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.reportDuties, {}, context)
      return { body: { ...output, entry }, entry }
    },
    reviewAccess: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.reviewAccess, body, context)
      return { body: { ...output, entry }, entry }
    },
    listQuorums: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.listQuorums, {}, context)
      return { body: { ...output, quorums: output.quorums.map(quorumOnWire), entry }, entry }
    },
    getQuorum: async ({ session, context, params }) =>
      answerQuorum(await keeper.execute(session, core.getQuorum, params, context)),
    updateQuorum: async ({ session, context, params, body, options }) => {
      const input = { ...params, ...body }
      return answerQuorum(await keeper.execute(session, core.updateQuorum, input, context, options))
    },
    deleteQuorum: async ({ session, context, params, options }) => {
      const done = await keeper.execute(session, core.deleteQuorum, params, context, options)
      return { body: { ...done.output, entry: done.entry }, entry: done.entry }
    },
  }
}

function requestHandlers({
  keeper,
}: RestOptions): Handlers<Exclude<RouteId, GroupRouteId | QuorumRouteId>> {
  const decide = async <Input>(
    { session, context }: Call,
    operation: core.ManagementOperation<'approval', Input, core.DescribedApproval>,
    input: Input,
  ): Promise<Answer> =>
    answerApproval(session, await keeper.execute(session, operation, input, context))
  return {
    listApprovals: async ({ session, context, query }) => {
      const { limit = LIMIT_DEFAULT, ...page } = query
      const input = { ...page, limit }
      const { output, entry } = await keeper.execute(session, core.listApprovals, input, context)
      const approvals = output.approvals.map((one) => approvalOnWire(session, one))
      return { body: { ...output, approvals, entry }, entry }
    },
    getApproval: (call) => decide(call, core.getApproval, call.params),
    approve: (call) => {
      const { key, signature, assertion } = call.body
      const input = { ...call.params, key, signature: decodeBase64(signature) }
      if (assertion === undefined) return decide(call, core.approve, input)
      const authenticatorData = decodeBase64(assertion.authenticatorData)
      const clientDataJson = decodeBase64(assertion.clientDataJson)
      return decide(call, core.approve, {
        ...input,
        assertion: { authenticatorData, clientDataJson },
      })
    },
    denyApproval: (call) => decide(call, core.deny, call.params),
    cancelApproval: (call) => decide(call, core.cancelApproval, call.params),
    executeApproval: async ({ session, context, params }) =>
      answerApproval(session, await core.executeApproved(keeper, session, params, context)),
  }
}

function groupOnWire({ group, revision }: core.DescribedGroup): unknown {
  return toWire({ ...group, revision })
}

function answerGroup({ output, entry }: core.ManagementAnswer<core.DescribedGroup>): Answer {
  return { body: { group: groupOnWire(output), entry }, entry, revision: output.revision }
}

const SECOND_MS = 1_000

function quorumOnWire({ quorum, revision }: core.DescribedQuorum): unknown {
  const { gatherMs, executeMs, ...rule } = quorum
  return toWire({
    ...rule,
    gatherSeconds: gatherMs / SECOND_MS,
    executeSeconds: executeMs / SECOND_MS,
    revision,
  })
}

function answerQuorum({ output, entry }: core.ManagementAnswer<core.DescribedQuorum>): Answer {
  return { body: { quorum: quorumOnWire(output), entry }, entry, revision: output.revision }
}

/**
 * `content` is what was hashed, to the byte: a client computes the digest from it and signs that. The
 * members beside it say the same, with their dates as they are everywhere here.
 */
function approvalOnWire(
  { principal }: core.Session,
  { approval, status, revision }: core.DescribedApproval,
): unknown {
  const { content, digest, signatures, executeBy, endedBy, endedAt } = approval
  const { version: _version, ...readable } = content
  return {
    ...(toWire({ ...readable, signatures, executeBy, endedBy, endedAt }) as object),
    status,
    content: core.approvalText(content),
    digest,
    statement: core.approvalStatement(approval, principal),
    revision,
  }
}

function answerApproval(
  session: core.Session,
  { output, entry }: core.ManagementAnswer<core.DescribedApproval>,
): Answer {
  return { body: { approval: approvalOnWire(session, output), entry }, entry }
}
