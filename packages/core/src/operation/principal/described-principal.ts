import type { Principal, Token } from '../../principal/principal.ts'

export interface DescribedPrincipal {
  readonly principal: Principal
  readonly revision: number
}

/** A token without what is stored of its secret. */
export type DescribedToken = Omit<Token, 'hash'> & { readonly principalName: string }

export function describeToken(token: Token, principalName: string): DescribedToken {
  const { hash: _stored, ...shown } = token
  return { ...shown, principalName }
}
