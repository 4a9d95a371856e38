import { KEY_SPEC_NAMES, KEY_STATES, MECHANISM_NAMES } from '@claviger/core'
import { type TProperties, Type } from 'typebox'

/** RFC 4648 §4 with padding, and no other spelling of the same bytes (§3.5). */
export const BASE64_PATTERN =
  '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$'

/** An object that refuses what it does not name. */
export const Closed = <P extends TProperties>(
  properties: P,
  options: { readonly $id?: string; readonly description?: string } = {},
) => Type.Object(properties, { ...options, additionalProperties: false })

export const Bytes = (description: string) =>
  Type.String({ pattern: BASE64_PATTERN, contentEncoding: 'base64', description })

/** RFC 3339 §5.6. */
export const Instant = (description: string) =>
  Type.String({ format: 'date-time', maxLength: 40, description })

export const Reference = (description: string) =>
  Type.String({ minLength: 1, maxLength: 128, description })

export const Version = (description = 'Number of a key version, from 1') =>
  Type.Integer({ minimum: 1, maximum: 4_294_967_295, description })

export const Mechanism = Type.Enum([...MECHANISM_NAMES], {
  description: 'A mechanism the key names; absent: the first of its own that suits',
})
export const KeySpec = Type.Enum([...KEY_SPEC_NAMES], { description: 'What the key is' })
export const KeyState = Type.Enum([...KEY_STATES], { description: 'SP 800-57 pt1 §7' })

export const Labels = Type.Record(Type.String(), Type.String({ maxLength: 256 }), {
  maxProperties: 64,
  description: 'Names and values that lists filter by and policies may speak of',
})

export const Context = Type.Record(Type.String(), Type.String(), {
  maxProperties: 64,
  description: 'Public facts the ciphertext is bound to; the same ones must be given to decrypt it',
})

export const Reason = Type.String({ maxLength: 256, description: 'Why, for the history' })

/** Which audit entry tells of this call. */
export const Entry = Type.Integer({
  minimum: 0,
  description: 'Index of the audit entry that tells of this call',
})

export const Damaged = Type.Array(Type.String(), {
  description: 'Ids of records that do not authenticate, named and left out',
})

export const Limit = Type.Integer({
  minimum: 1,
  maximum: 1_000,
  description: 'Most records of one page; 100 if absent',
})
export const After = Type.String({
  minLength: 1,
  maxLength: 64,
  description: '`next` of the page before',
})
export const Revision = Type.Integer({ minimum: 1, description: 'Also the `ETag`, in quotes' })

export const EmptyRequest = Closed({}, { $id: 'EmptyRequest' })
