export {
  Authenticator,
  type AuthenticatorOptions,
  type SharedSecretLogin,
} from './authenticator.ts'
export { createCredentialSource } from './credentials.ts'
