import { assertLimit } from '../key/list-keys.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedToken, describeToken } from './described-principal.ts'

export interface ListTokensInput {
  readonly principal: string
  readonly after?: string
  readonly limit: number
}

export interface ListTokensOutput {
  readonly tokens: readonly DescribedToken[]
  readonly next?: string
  readonly damaged: readonly string[]
}

/** A principal's tokens, revoked and expired ones too. */
export const listTokens: ManagementOperation<'principal', ListTokensInput, ListTokensOutput> = {
  action: 'token.list',
  target: ({ principal }) => ({ kind: 'principal', ref: principal }),
  run: async ({ ports, tenant, subject }, { limit, after }) => {
    assertLimit(limit)
    const query = { tenant, parent: subject.id, limit, ...(after !== undefined && { after }) }
    const { records, next, damaged } = await ports.store.list('token', query)
    const tokens = records.map(({ value }) => describeToken(value, subject.value.name))
    return { output: { tokens, damaged, ...(next !== undefined && { next }) } }
  },
}
