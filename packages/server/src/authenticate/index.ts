export {
  Authenticator,
  type AuthenticatorOptions,
  type SharedSecretLogin,
} from './authenticator.ts'
export { createCredentialSource } from './credentials.ts'
export {
  SignatureAuthenticator,
  type SignatureAuthenticatorOptions,
  type SignedCaller,
} from './signature-authenticator.ts'
