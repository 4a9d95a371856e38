import type { Principal, Token } from '../../principal/principal.ts'

export interface DescribedPrincipal {
  readonly principal: Principal
  readonly revision: number
}

/** A token without what is stored of its secret. */
export type DescribedToken = Omit<Token, 'hash' | 'sharedSecret'> & {
  readonly principalName: string
  /** Of a shared secret: what names it in signed requests. */
  readonly identifier?: string
}

export function describeToken(token: Token, principalName: string): DescribedToken {
  const { hash: _stored, sharedSecret, ...shown } = token
  const identifier = sharedSecret?.identifier
  return { ...shown, principalName, ...(identifier !== undefined && { identifier }) }
}
