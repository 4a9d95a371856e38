export * from './access.ts'
export * from './approvals.ts'
export { Audit, type EntryPage, type EntryQuery } from './audit.ts'
export * from './backups.ts'
export type { BatchResult, DataCallOptions } from './batch.ts'
export { ClavigerClient, type ClavigerClientOptions } from './client.ts'
export type * from './data.ts'
export {
  ClavigerError,
  type ClavigerErrorCode,
  type ClavigerErrorDetails,
  type ClavigerErrorOptions,
  isClavigerError,
  KEEPER_ERROR_CODES,
} from './error.ts'
export { Keys } from './keys.ts'
export type * from './keys.ts'
export type * from './model.ts'
export * from './objects.ts'
export * from './policies.ts'
export * from './duties.ts'
export * from './emergencies.ts'
export * from './quorums.ts'
export * from './seal.ts'
export * from './tenants.ts'
export type { CallOptions, FetchedAnswer, FetchLike } from './transport.ts'
export * from './verify-approval.ts'
