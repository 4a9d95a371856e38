import type { AttachmentChange } from '../../attachment/attachment.ts'
import type { EventDetails } from '../../audit/event.ts'
import type { MaybePromise } from '../../custody/custody.ts'
import { KeeperError } from '../../error.ts'
import type { Key } from '../../key/key.ts'
import type { AttachmentCache } from '../attachment-cache.ts'
import type { KeyRef } from '../key-cache.ts'
import type { ManagementOperation } from '../management-operation.ts'
import { attachmentWrite } from './attachment-write.ts'

/** Computed from what is there now; asked again when something else changed it meanwhile. */
export interface Attaching<Output> {
  readonly output: Output
  readonly changes: readonly AttachmentChange[]
}

export interface AttachToKeyInput<Output> {
  readonly key: KeyRef
  /** What is done, in the protocol's own words, for the log. */
  readonly details?: EventDetails
  readonly compute: (attachments: AttachmentCache, key: Key) => MaybePromise<Attaching<Output>>
}

export interface AttachToTenantInput<Output> {
  readonly details?: EventDetails
  readonly compute: (attachments: AttachmentCache) => MaybePromise<Attaching<Output>>
}

/** Changes what a protocol keeps with a key. */
export function attachToKey<Output>(): ManagementOperation<
  'key',
  AttachToKeyInput<Output>,
  Output
> {
  return {
    action: 'key.attach',
    target: ({ key }) => ({ kind: 'key', ref: key }),
    run: async (scope, { compute, details }) => {
      const { key } = scope.subject
      const { output, changes } = await compute(scope.attachments, key)
      const write = attachmentWrite(scope.tenant, key.id, changes, scope.now)
      return { output, ...write, ...(details !== undefined && { details }) }
    },
  }
}

/**
 * Gives up what a protocol keeps with a key in the caller's own favour: only takes away, so that whoever uses a
 * key may do it who may not give anything.
 */
export function detachFromKey(): ManagementOperation<
  'key',
  AttachToKeyInput<undefined>,
  undefined
> {
  return {
    action: 'key.detach',
    target: ({ key }) => ({ kind: 'key', ref: key }),
    run: async (scope, { compute, details }) => {
      const { key } = scope.subject
      const { changes } = await compute(scope.attachments, key)
      if (changes.some(({ body }) => body !== undefined)) {
        throw new KeeperError('denied', 'only what is there can be given up')
      }
      const write = attachmentWrite(scope.tenant, key.id, changes, scope.now)
      return { output: undefined, ...write, ...(details !== undefined && { details }) }
    },
  }
}

/** Changes what a protocol keeps with the tenant. */
export function attachToTenant<Output>(): ManagementOperation<
  'tenant',
  AttachToTenantInput<Output>,
  Output
> {
  return {
    action: 'tenant.attach',
    target: () => ({ kind: 'tenant', ref: '' }),
    run: async (scope, { compute, details }) => {
      const { output, changes } = await compute(scope.attachments)
      const write = attachmentWrite(scope.tenant, undefined, changes, scope.now)
      return { output, ...write, ...(details !== undefined && { details }) }
    },
  }
}
