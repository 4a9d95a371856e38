import type { MaybePromise, OpenMaterial } from '../custody/custody.ts'
import type { KeeperError } from '../error.ts'
import type { Key, KeyVersion } from '../key/key.ts'
import type { Mechanism } from '../key/mechanism.ts'
import type { Usage } from '../key/purpose.ts'
import type { Action } from '../policy/action.ts'
import type { KeyRef } from './key-cache.ts'

export const ITEMS_MAX = 1_000

/** A key admitted to one use: authorized, in a state and period that allow it, opened. */
export interface KeyUse {
  readonly key: Key
  readonly version: KeyVersion
  readonly mechanism: Mechanism
  readonly material: OpenMaterial
}

export interface UseRequest {
  readonly action: Action
  readonly usage: Usage
  readonly version?: number | undefined
  readonly mechanism?: Mechanism | undefined
  /** Bytes that count against the version's volume limit. */
  readonly bytes: number
}

/** What an item's work may ask of the keeper beside its own key. */
export interface DataScope {
  /** Fresh bytes from the approved generator. */
  random(lengthBytes: number): Uint8Array
  /** Admits another key to a use, with its own authorization. */
  use(key: KeyRef, request: UseRequest): MaybePromise<KeyUse>
  /** Opens another key's material for export under this one; needs `key.export` on it. */
  exportable(key: KeyRef, version: number | undefined): MaybePromise<KeyUse>
  generatePair(spec: Key['spec']): MaybePromise<{ privateKey: Uint8Array; publicKey: Uint8Array }>
}

/** An operation on items under one key, as data: one file each, each with its own action. */
export interface DataOperation<Item, Result> {
  readonly action: Action
  readonly usage: Usage
  readonly versionOf?: (item: Item) => number | undefined
  readonly mechanismOf?: (item: Item) => Mechanism | undefined
  readonly bytesOf: (item: Item) => number
  /** Refuses an item before any key is opened: `invalid-input`, `too-large`. */
  readonly check?: (item: Item, key: Key) => void
  readonly run: (use: KeyUse, item: Item, scope: DataScope) => MaybePromise<Result>
}

export interface DataCall<Item> {
  readonly key: KeyRef
  readonly items: readonly Item[]
  /** The caller knows that the key is suspended or compromised and takes the risk of processing. */
  readonly acknowledgeRisk?: boolean
}

/** Each item is answered on its own. */
export type ItemResult<Result> =
  | { readonly ok: true; readonly value: Result }
  | { readonly ok: false; readonly error: KeeperError }

export interface DataAnswer<Result> {
  readonly key: Key
  readonly results: readonly ItemResult<Result>[]
  /** Index of the audit entry that tells of this call. */
  readonly entry: number
}
