import { assertLimit } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPrincipal } from './described-principal.ts'

export interface ListPrincipalsInput {
  readonly after?: string
  readonly limit: number
}

export interface ListPrincipalsOutput {
  readonly principals: readonly DescribedPrincipal[]
  readonly next?: string
  readonly damaged: readonly string[]
}

export const listPrincipals: ManagementOperation<
  'tenant',
  ListPrincipalsInput,
  ListPrincipalsOutput
> = {
  action: 'principal.list',
  target: () => ({ kind: 'tenant', ref: 'principals' }),
  run: async ({ ports, tenant }, input) => {
    assertLimit(input.limit)
    const { records, next, damaged } = await ports.store.list('principal', { tenant, ...input })
    const principals = records.map(({ value, revision }) => ({ principal: value, revision }))
    return { output: { principals, damaged, ...(next !== undefined && { next }) } }
  },
}
