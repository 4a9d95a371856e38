import type { Route } from '../route.ts'
import * as tenant from '../schema/tenant.ts'
import { EmptyRequest } from '../schema/value.ts'

export const TENANT_ROUTES = {
  createTenant: {
    method: 'POST',
    path: '/v1/tenants',
    summary: 'Make a tenant, with keys of its own and somebody to govern it',
    action: 'tenant.create',
    body: tenant.CreateTenantRequest,
    answer: tenant.NewTenantAnswer,
    status: 201,
  },
  listTenants: {
    method: 'GET',
    path: '/v1/tenants',
    summary: 'List tenants, oldest first',
    action: 'tenant.list',
    query: tenant.TenantListQuery,
    answer: tenant.TenantListAnswer,
  },
  getTenant: {
    method: 'GET',
    path: '/v1/tenants/{tenant}',
    summary: 'A tenant',
    action: 'tenant.get',
    answer: tenant.TenantAnswer,
  },
  suspendTenant: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/suspend',
    summary: 'Let nobody of a tenant in, from now on',
    action: 'tenant.suspend',
    body: EmptyRequest,
    answer: tenant.TenantAnswer,
  },
  resumeTenant: {
    method: 'POST',
    path: '/v1/tenants/{tenant}/resume',
    summary: 'Let the people of a tenant in again',
    action: 'tenant.resume',
    body: EmptyRequest,
    answer: tenant.TenantAnswer,
  },
  protectTenant: {
    method: 'POST',
    path: '/v1/tenant/protect',
    summary: "Begin the tenant's own seal, or give it another passphrase",
    action: 'tenant.protect',
    body: tenant.ProtectTenantRequest,
    answer: tenant.OwnSealAnswer,
  },
  sealTenant: {
    method: 'POST',
    path: '/v1/tenant/seal',
    summary: "Wipe what is open of the tenant; its people's passphrase opens it again",
    action: 'tenant.seal',
    body: EmptyRequest,
    answer: tenant.OwnSealAnswer,
  },
  unsealTenant: {
    method: 'POST',
    path: '/v1/tenant/unseal',
    summary: "Open the tenant's own seal by its passphrase",
    action: 'tenant.unseal',
    body: tenant.UnsealTenantRequest,
    answer: tenant.OwnSealAnswer,
  },
} as const satisfies Readonly<Record<string, Route>>
