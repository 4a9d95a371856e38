import type { Readable } from 'node:stream'
import type { ManagementOptions, RequestContext, Session } from '@claviger/core'
import type { Static, TSchema } from 'typebox'
import type { Route } from '../route.ts'
import type { MANAGEMENT_ROUTES, ManagementId } from '../routes.ts'

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [name in Name]: string } & ParamsOf<Rest>
  : unknown

type StaticOf<R, Part extends 'body' | 'query'> = R extends {
  readonly [part in Part]: infer Schema extends TSchema
}
  ? Static<Schema>
  : undefined

/** A request that fits its route's schemas, from somebody who has been recognized. */
export interface Call<R extends Route = Route> {
  readonly session: Session
  readonly context: RequestContext
  readonly params: ParamsOf<R['path']>
  readonly query: StaticOf<R, 'query'>
  readonly body: StaticOf<R, 'body'>
  readonly options: ManagementOptions
  /** Whether PEM was asked for. */
  readonly pem: boolean
}

export interface Answer {
  /** Members of a JSON object, a text as it is, or bytes that are sent as they come. */
  readonly body: Readonly<Record<string, unknown>> | string | Readable
  /** Index of the audit entry; absent where the keeper was not asked. */
  readonly entry?: number
  /** For the `ETag`. */
  readonly revision?: number
  /** Of a text, `text/plain` if absent; or of bytes. */
  readonly contentType?: string
}

export type Handler<Id extends ManagementId> = (
  call: Call<(typeof MANAGEMENT_ROUTES)[Id]>,
) => Promise<Answer>

export type Handlers<Id extends ManagementId = ManagementId> = {
  readonly [id in Id]: Handler<id>
}
