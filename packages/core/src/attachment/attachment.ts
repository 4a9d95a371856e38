import type { Instant } from '../clock.ts'
import { KeeperError } from '../error.ts'
import type { KeyId, TenantId } from '../id.ts'

/**
 * What a protocol has to remember that the domain has no word for: its own policy of a key, its alias, its
 * grant. The body is opaque here; it is authenticated, committed, logged and destroyed with the rest.
 */
export interface Attachment {
  readonly tenant: TenantId
  /** `<protocol>/<kind>/<rest>`, unique in its tenant; also the record's id. */
  readonly name: string
  /** The key it belongs to; absent for what belongs to the tenant. */
  readonly key?: KeyId
  /** Plain JSON. */
  readonly body: Readonly<Record<string, unknown>>
  /** Exact-match filters for lists, `name=value`. */
  readonly facets: readonly string[]
  readonly updatedAt: Instant
}

/** What an attachment is to become. */
export interface AttachmentChange {
  readonly name: string
  /** Undefined takes it away. */
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly facets?: readonly string[]
  /** The revision this was computed from; 0 means that it must not exist. */
  readonly expected: number
}

const NAME_LENGTH_MAX = 512
const NAME = /^[a-z0-9-]+\/[a-z0-9-]+\/[\x21-\x7e]+$/
const BODY_LENGTH_MAX = 262_144

/** Throws `invalid-input` or `too-large` for what could not be stored or found again. */
export function assertAttachmentChange({ name, body }: AttachmentChange): void {
  if (name.length > NAME_LENGTH_MAX || !NAME.test(name)) {
    throw new KeeperError('invalid-input', 'the name of an attachment is <protocol>/<kind>/<rest>')
  }
  if (body !== undefined && JSON.stringify(body).length > BODY_LENGTH_MAX) {
    throw new KeeperError('too-large', `an attachment has at most ${BODY_LENGTH_MAX} characters`)
  }
}
