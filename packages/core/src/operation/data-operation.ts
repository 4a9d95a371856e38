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

/**
 * Another key that an item needs beside its own, admitted and recorded by itself: to a use, or to be
 * exported under the item's own key (`key.export`).
 */
export type OtherUse =
  | { readonly key: KeyRef; readonly use: UseRequest }
  | { readonly key: KeyRef; readonly exportVersion: number | undefined }

/** What an item's work may ask of the keeper beside its keys. */
export interface DataScope {
  /** Fresh bytes from the approved generator. */
  random(lengthBytes: number): Uint8Array
  generatePair(spec: Key['spec']): MaybePromise<{ privateKey: Uint8Array; publicKey: Uint8Array }>
}

/** An operation on items under one key, as data: one file each, each with its own action. */
export interface DataOperation<Item, Result> {
  readonly action: Action
  readonly usage: Usage
  readonly versionOf?: (item: Item) => number | undefined
  readonly mechanismOf?: (item: Item) => Mechanism | undefined
  readonly bytesOf: (item: Item) => number
  /** What of an item approvers are shown; all of it if absent. A protocol's own rules are no part of a call. */
  readonly approvable?: (item: Item) => unknown
  /** Refuses an item before any key is opened: `invalid-input`, `too-large`. */
  readonly check?: (item: Item, key: Key) => void
  /** The second key of this item, if it has one: `run` is given it open, both as they are at that moment. */
  readonly other?: (item: Item, key: Key) => OtherUse | undefined
  readonly run: (
    use: KeyUse,
    item: Item,
    scope: DataScope,
    other: KeyUse | undefined,
  ) => MaybePromise<Result>
  /** What a dry run does with the open key; only of operations that process, whose uses are not counted. */
  readonly rehearse?: (use: KeyUse, item: Item) => MaybePromise<void>
}

export interface DataCall<Item> {
  readonly key: KeyRef
  readonly items: readonly Item[]
  /** The caller knows that the key is suspended or compromised and takes the risk of processing. */
  readonly acknowledgeRisk?: boolean
  /**
   * Decides and checks, has no effect and counts nothing; opens the key only for what the operation
   * rehearses. Where every item would have succeeded, the answer is thrown: `dry-run`.
   */
  readonly dryRun?: boolean
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
