export {
  Authenticator,
  type AuthenticatorOptions,
  type SharedSecretLogin,
} from './authenticator.ts'
export { createCredentialSource } from './credentials.ts'
export { IssuerKeys, type IssuerKeysOptions } from './oidc/issuer-keys.ts'
export type { JwtLogin } from './oidc/jwt-claims.ts'
export { JwtVerifier, type TrustedIssuer } from './oidc/jwt-verifier.ts'
export {
  SignatureAuthenticator,
  type SignatureAuthenticatorOptions,
  type SignedCaller,
} from './signature-authenticator.ts'
