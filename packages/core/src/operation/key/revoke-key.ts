import { KeeperError } from '../../error.ts'
import type { KeyVersion } from '../../key/key.ts'
import { move, recordCompromise, settle } from '../../key/lifecycle.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation, ManagementScope } from '../management-operation.ts'
import { changeKey, type DescribedKey, type Moved } from './described-key.ts'

/** RFC 5280 §5.3.1 and KMIP's words for why; the first three mean that the key can no longer be trusted. */
export const REVOCATION_REASONS = [
  'key-compromise',
  'ca-compromise',
  'privilege-withdrawn',
  'affiliation-changed',
  'superseded',
  'cessation-of-operation',
  'unspecified',
] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]

export interface RevokeKeyInput {
  readonly key: KeyRef
  readonly reason: RevocationReason
  readonly message?: string
  /** When the compromise happened, if known; the report is dated now. */
  readonly occurredAt?: number
  /** One version; absent: all of them. */
  readonly version?: number
}

/**
 * Revokes: for a compromise every version is marked compromised with both dates (SP 800-57 pt1 §5.5.2,
 * T3, T6, T11), a destroyed one in its metadata; for other reasons what is in use is deactivated.
 */
export const revokeKey: ManagementOperation<'key', RevokeKeyInput, DescribedKey> = {
  action: 'key.revoke',
  target: ({ key }) => ({ kind: 'key', ref: key }),
  run: async (scope, input) => {
    const all =
      input.version === undefined
        ? await scope.keys.allVersions(scope.subject)
        : [await scope.keys.version(scope.subject, input.version)]
    const moved: Moved[] = []
    for (const stored of all) {
      const version = revoked(scope, input, stored.value)
      if (version !== undefined) moved.push({ stored, version })
    }
    if (moved.length === 0) {
      throw new KeeperError(
        'wrong-state',
        `key \`${scope.subject.key.name}\` has nothing left to revoke`,
      )
    }
    return changeKey(scope, scope.subject.key, moved, { reason: input.reason })
  },
}

function isCompromise(reason: RevocationReason): boolean {
  return reason === 'key-compromise' || reason === 'ca-compromise'
}

function revoked(
  scope: ManagementScope<'key'>,
  input: RevokeKeyInput,
  version: KeyVersion,
): KeyVersion | undefined {
  const { key } = scope.subject
  const { now: at } = scope
  const reason = input.message ?? input.reason
  const change = { at, by: scope.session.principal, reason }
  if (isCompromise(input.reason)) {
    if (version.compromise !== undefined) return undefined
    const compromise = { occurredAt: input.occurredAt ?? at, reportedAt: at, reason }
    return recordCompromise(key, version, { ...change, compromise })
  }
  const { state } = settle(key, version, at)
  if (state !== 'active' && state !== 'suspended') return undefined
  return move(key, version, 'deactivated', change)
}
