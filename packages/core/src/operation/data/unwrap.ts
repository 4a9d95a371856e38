import type { Mechanism } from '../../key/mechanism.ts'
import type { DataOperation } from '../data-operation.ts'
import { assertSize } from './size.ts'

export interface UnwrapItem {
  readonly wrapped: Uint8Array
  readonly version?: number | undefined
  readonly mechanism?: Mechanism | undefined
  readonly aad?: Uint8Array | undefined
}

export interface Unwrapped {
  readonly material: Uint8Array
  readonly version: number
}

/** Gives wrapped material back to the caller; `key.import` keeps it in the keeper instead. */
export const unwrap: DataOperation<UnwrapItem, Unwrapped> = {
  action: 'key.unwrap',
  usage: 'unwrap',
  versionOf: (item) => item.version,
  mechanismOf: (item) => item.mechanism,
  bytesOf: (item) => item.wrapped.length,
  check: (item) => assertSize(item.wrapped, 'wrapped material'),
  run: async ({ material, mechanism, version }, item) => ({
    material: await material.unwrap(mechanism, item.wrapped, item.aad),
    version: version.version,
  }),
}
