import { KeeperError } from './error.ts'

declare const brand: unique symbol
type Branded<Name extends string> = string & { readonly [brand]: Name }

export type TenantId = Branded<'TenantId'>
/** A UUIDv7 in lower-case text: time-ordered, so rows are appended rather than scattered. */
export type KeyId = Branded<'KeyId'>
export type ObjectId = Branded<'ObjectId'>
export type PrincipalId = Branded<'PrincipalId'>
export type TokenId = Branded<'TokenId'>
export type GroupId = Branded<'GroupId'>
export type QuorumRuleId = Branded<'QuorumRuleId'>
export type ApprovalId = Branded<'ApprovalId'>
/** The id of one audit entry. */
export type EventId = Branded<'EventId'>

/** Where the domain takes fresh ids and randomness that is not key material from. */
export interface IdSource {
  /** A UUIDv7 (RFC 9562 §5.7). */
  uuid(): string
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const NAME = /^[a-z0-9](?:[a-z0-9._/-]{0,126}[a-z0-9])?$/

export const SYSTEM_TENANT = 'system' as TenantId
export const DEFAULT_TENANT = 'default' as TenantId

export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/**
 * A name of a key, object, principal or tenant: 1 to 128 of `a-z 0-9 . _ / -`, beginning and ending with
 * a letter or digit, and not shaped like an id, so that a reference is never ambiguous.
 */
export function parseName(text: string, what: string): string {
  if (!isName(text)) {
    throw new KeeperError(
      'invalid-input',
      `${what} name must be 1 to 128 of a-z 0-9 . _ / - and start and end with a letter or digit`,
    )
  }
  return text
}

export function isName(text: unknown): text is string {
  return typeof text === 'string' && NAME.test(text) && !UUID.test(text)
}
