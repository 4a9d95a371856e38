export { Authenticator, type AuthenticatorOptions } from './authenticator.ts'
export { createCredentialSource } from './credentials.ts'
