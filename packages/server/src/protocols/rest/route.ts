import type { Action } from '@claviger/core'
import type { TSchema } from 'typebox'

/** Who may come in: `share` lets the holder of a share or passphrase in without a token. */
export type Access = 'session' | 'share' | 'anyone'

/** One route as data: what is served, validated and documented all follow from it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `{name}` stands for one percent-encoded segment. */
  readonly path: string
  readonly summary: string
  /** The action that policies must allow; absent where the keeper is not asked. */
  readonly action?: Action
  readonly access?: Access
  readonly query?: TSchema
  readonly body?: TSchema
  readonly answer: TSchema | 'text' | 'bytes'
  readonly status?: 200 | 201
  /** Takes an `Idempotency-Key`. */
  readonly idempotent?: true
  /** Takes an `If-Match` with the revision. */
  readonly conditional?: true
  /** Answers PEM when asked for it by `Accept`. */
  readonly pem?: true
  /** Served while the keeper is sealed. */
  readonly whileSealed?: true
}
