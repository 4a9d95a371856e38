import * as core from '@claviger/core'
import type { RestOptions } from '../ports.ts'
import type { TENANT_ROUTES } from '../routes/tenant.ts'
import { toWire } from '../wire-time.ts'
import type { Answer, Handlers } from './handler.ts'
import { LIMIT_DEFAULT } from './input.ts'

export function tenantHandlers({ keeper }: RestOptions): Handlers<keyof typeof TENANT_ROUTES> {
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
  }
}

function answer({ output, entry }: core.ManagementAnswer<core.DescribedTenant>): Answer {
  return { body: { tenant: toWire(output), entry }, entry, revision: output.revision }
}
