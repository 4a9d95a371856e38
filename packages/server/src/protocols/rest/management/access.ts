import { decodeBase64 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { ACCESS_ROUTES } from '../routes/access.ts'
import { formatInstant, toWire } from '../wire-time.ts'
import type { Answer, Handlers } from './handler.ts'
import { LIMIT_DEFAULT } from './input.ts'
import { policyHandlers } from './policies.ts'

export function accessHandlers(options: RestOptions): Handlers<keyof typeof ACCESS_ROUTES> {
  return {
    ...principalHandlers(options),
    ...principalPolicyHandlers(options),
    ...tokenHandlers(options),
    ...policyHandlers(options),
  }
}

type PrincipalRouteId =
  | 'createPrincipal'
  | 'listPrincipals'
  | 'getPrincipal'
  | 'updatePrincipal'
  | 'whoami'

function principalHandlers({
  keeper,
  sealStatus,
  emergencies,
}: RestOptions): Handlers<PrincipalRouteId> {
  return {
    createPrincipal: async ({ session, context, body, options }) => {
      const { certificates, ...rest } = body
      const input = { ...rest, ...certificatesOf(certificates) }
      return answerPrincipal(
        await keeper.execute(session, core.createPrincipal, input, context, options),
      )
    },
    listPrincipals: async ({ session, context, query }) => {
      const { limit = LIMIT_DEFAULT, ...page } = query
      const input = { ...page, limit }
      const { output, entry } = await keeper.execute(session, core.listPrincipals, input, context)
      return {
        body: { ...output, principals: output.principals.map(principalOnWire), entry },
        entry,
      }
    },
    getPrincipal: async ({ session, context, params }) =>
      answerPrincipal(await keeper.execute(session, core.getPrincipal, params, context)),
    updatePrincipal: async ({ session, context, params, body, options }) => {
      const { certificates, ...rest } = body
      const input = { ...params, ...rest, ...certificatesOf(certificates) }
      return answerPrincipal(
        await keeper.execute(session, core.updatePrincipal, input, context, options),
      )
    },
    whoami: async ({ session }) => {
      if (sealStatus().sealed) {
        throw new core.KeeperError('sealed', 'the keeper is sealed; unseal it first')
      }
      const { principal, name, tenant, roles, authentication, token, scope, expiresAt } = session
      const open = tenant === core.DEFAULT_TENANT ? emergencies() : []
      return {
        body: {
          principal,
          name,
          tenant,
          roles,
          authentication,
          ...(token !== undefined && { token }),
          scope,
          ...(Number.isFinite(expiresAt) && { expiresAt: formatInstant(expiresAt) }),
          ...(open.length > 0 && {
            emergencies: open.map((one) => ({ ...one, until: formatInstant(one.until) })),
          }),
        },
      }
    },
  }
}

function principalPolicyHandlers({
  keeper,
}: RestOptions): Handlers<'putPrincipalPolicy' | 'getPrincipalPolicy' | 'deletePrincipalPolicy'> {
  const answer = ({ output, entry }: core.ManagementAnswer<object>): Answer => ({
    body: { ...output, entry },
    entry,
  })
  return {
    putPrincipalPolicy: async ({ session, context, params, body }) => {
      const input = { ...params, ...body }
      return answer(await keeper.execute(session, core.putPrincipalPolicy, input, context))
    },
    getPrincipalPolicy: async ({ session, context, params }) =>
      answer(await keeper.execute(session, core.getPrincipalPolicy, params, context)),
    deletePrincipalPolicy: async ({ session, context, params }) =>
      answer(await keeper.execute(session, core.deletePrincipalPolicy, params, context)),
  }
}

function tokenHandlers({
  keeper,
}: RestOptions): Handlers<'createToken' | 'listTokens' | 'revokeToken'> {
  return {
    createToken: async ({ session, context, params, body, options }) => {
      const input = { ...params, ...body }
      const { output, entry } = await keeper.execute(
        session,
        core.createToken,
        input,
        context,
        options,
      )
      const { token, ...secrets } = output
      return { body: { token: toWire(token), ...secrets, entry }, entry }
    },
    listTokens: async ({ session, context, params, query }) => {
      const { limit = LIMIT_DEFAULT, ...page } = query
      const input = { ...params, ...page, limit }
      const { output, entry } = await keeper.execute(session, core.listTokens, input, context)
      return { body: { ...output, tokens: toWire(output.tokens), entry }, entry }
    },
    revokeToken: async ({ session, context, params }) => {
      const { output, entry } = await keeper.execute(session, core.revokeToken, params, context)
      return { body: { token: toWire(output), entry }, entry }
    },
  }
}

function principalOnWire({ principal, revision }: core.DescribedPrincipal): unknown {
  return toWire({ ...principal, revision })
}

export function answerPrincipal({
  output,
  entry,
}: core.ManagementAnswer<core.DescribedPrincipal>): Answer {
  return { body: { principal: principalOnWire(output), entry }, entry, revision: output.revision }
}

function certificatesOf(certificates: readonly string[] | undefined): {
  readonly certificates?: readonly Uint8Array[]
} {
  return certificates === undefined ? {} : { certificates: certificates.map(decodeBase64) }
}
