import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { TENANT_ROUTES } from '../routes/tenant.ts'
import { toWire } from '../wire-time.ts'
import type { Answer, Handlers } from './handler.ts'
import { LIMIT_DEFAULT, secret } from './input.ts'

type OwnSealRoutes = 'protectTenant' | 'sealTenant' | 'unsealTenant'
type UsageRoutes = 'setTenantQuota' | 'tenantUsage' | 'ownUsage'

export function tenantHandlers(options: RestOptions): Handlers<keyof typeof TENANT_ROUTES> {
  return {
    ...operatingHandlers(options),
    ...usageHandlers(options),
    ...ownSealHandlers(options),
  }
}

function operatingHandlers({
  keeper,
}: RestOptions): Handlers<Exclude<keyof typeof TENANT_ROUTES, OwnSealRoutes | UsageRoutes>> {
  return {
    createTenant: async ({ session, context, body }) => {
      const { output, entry } = await keeper.execute(session, core.createTenant, body, context)
      const { tenant, ...rest } = output
      return { body: { tenant: toWire(tenant), ...rest, entry }, entry, revision: tenant.revision }
    },
    listTenants: async ({ session, context, query }) => {
      const { limit = LIMIT_DEFAULT, ...rest } = query
      const input = { ...rest, limit }
      const { output, entry } = await keeper.execute(session, core.listTenants, input, context)
      return { body: { ...output, tenants: toWire(output.tenants), entry }, entry }
    },
    getTenant: async ({ session, context, params }) =>
      answer(await keeper.execute(session, core.getTenant, params, context)),
    suspendTenant: async ({ session, context, params }) =>
      answer(await keeper.execute(session, core.suspendTenant, params, context)),
    resumeTenant: async ({ session, context, params }) =>
      answer(await keeper.execute(session, core.resumeTenant, params, context)),
    shredTenant: async ({ session, context, params, body }) =>
      answer(await keeper.execute(session, core.shredTenant, { ...params, ...body }, context)),
  }
}

function usageHandlers({ keeper }: RestOptions): Handlers<UsageRoutes> {
  return {
    setTenantQuota: async ({ session, context, params, body: quota }) =>
      answer(await keeper.execute(session, core.setTenantQuota, { ...params, quota }, context)),
    tenantUsage: async ({ session, context, params }) => {
      const { output, entry } = await keeper.execute(session, core.tenantUsage, params, context)
      return { body: { ...output, entry }, entry }
    },
    ownUsage: async ({ session, context }) => {
      const { output, entry } = await keeper.execute(session, core.ownUsage, {}, context)
      return { body: { ...output, entry }, entry }
    },
  }
}

function ownSealHandlers({ keeper }: RestOptions): Handlers<OwnSealRoutes> {
  return {
    protectTenant: async ({ session, context, body }) => {
      const passphrase = secret(body.passphrase)
      const current =
        body.currentPassphrase === undefined ? undefined : secret(body.currentPassphrase)
      try {
        const input = { passphrase, ...(current !== undefined && { currentPassphrase: current }) }
        return sealAnswer(await keeper.execute(session, core.protectTenant, input, context))
      } finally {
        passphrase.wipe()
        current?.wipe()
      }
    },
    sealTenant: async ({ session, context }) =>
      sealAnswer(await keeper.execute(session, core.sealTenant, {}, context)),
    unsealTenant: async ({ session, context, body }) => {
      const passphrase = secret(body.passphrase)
      try {
        return sealAnswer(await keeper.execute(session, core.unsealTenant, { passphrase }, context))
      } finally {
        passphrase.wipe()
      }
    },
  }
}

function sealAnswer({ output, entry }: core.ManagementAnswer<core.OwnSealStatus>): Answer {
  return { body: { ...output, entry }, entry }
}

function answer({ output, entry }: core.ManagementAnswer<core.DescribedTenant>): Answer {
  return { body: { tenant: toWire(output), entry }, entry, revision: output.revision }
}
