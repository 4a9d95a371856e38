import type { ManagementOperation } from '../management-operation.ts'
import type { DescribedPrincipal } from './described-principal.ts'

export interface GetPrincipalInput {
  readonly principal: string
}

export const getPrincipal: ManagementOperation<'principal', GetPrincipalInput, DescribedPrincipal> =
  {
    action: 'principal.get',
    target: ({ principal }) => ({ kind: 'principal', ref: principal }),
    run: ({ subject }) => ({ output: { principal: subject.value, revision: subject.revision } }),
  }
