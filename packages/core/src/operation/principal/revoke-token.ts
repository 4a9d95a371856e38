import type { ManagementOperation } from '../management-operation.ts'
import { type DescribedToken, describeToken } from './described-principal.ts'

export interface RevokeTokenInput {
  /** The token's id, never its secret. */
  readonly token: string
}

/** Ends a token at once; harmless when it has ended already. */
export const revokeToken: ManagementOperation<'token', RevokeTokenInput, DescribedToken> = {
  action: 'token.revoke',
  target: ({ token }) => ({ kind: 'token', ref: token }),
  run: async ({ subject, tenant, now, ports }) => {
    const owner = await ports.store.get('principal', tenant, subject.value.principal)
    const name = owner?.value.name ?? ''
    if (subject.value.revokedAt !== undefined) return { output: describeToken(subject.value, name) }
    const token = { ...subject.value, revokedAt: now }
    return {
      output: describeToken(token, name),
      puts: [{ kind: 'token', tenant, id: subject.id, value: token, expected: subject.revision }],
    }
  },
}
