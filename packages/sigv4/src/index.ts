export { type Authorization, isSigV4, parseAuthorization } from './authorization.ts'
export { canonicalRequest } from './canonical-request.ts'
export { SigV4Error, type SigV4ErrorCode } from './error.ts'
export { type SigningOptions, signRequest } from './sign.ts'
export type { CredentialScope, Headers, HttpRequest, SigV4Crypto } from './signed-request.ts'
export { credentialScope, deriveSigningKey, stringToSign } from './signing-key.ts'
export { formatTimestamp, requestTimestamp, type Timestamp } from './timestamp.ts'
export {
  claimedSignature,
  type SignatureClaim,
  type VerificationRules,
  verifySignature,
} from './verify.ts'
