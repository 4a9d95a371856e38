import type { TenantId, TokenId } from '../id.ts'

/**
 * Which tenant a token is in. Kept among the system's own records and looked up by what the token is found by, so
 * that whoever comes need not say whose they are. Tokens of the first tenant have none.
 */
export interface CredentialHome {
  /** The token's hash, or the identifier of a shared secret. */
  readonly credential: string
  readonly tenant: TenantId
  readonly token: TokenId
}
