import { type ErrorCode, isKeeperError, KeeperError } from '@claviger/core'
import type { LogCut } from '../audit/index.ts'
import type { StoreFacts } from '../storage/sqlite/snapshot.ts'
import type { Sealing } from './age-stream.ts'
import type { BackupManifest } from './backup-format.ts'

// What the keeper and the thread that makes a backup say to each other: one word, one reply, in turn.

export interface BackupThreadData {
  readonly storeFile: string
  /** Where the store is copied to; not there yet. */
  readonly copyFile: string
  readonly logFolder: string
}

export interface BackupBegin {
  readonly kind: 'begin'
  readonly facts: Omit<BackupManifest, 'kind' | 'root' | 'sections'>
  readonly log: Pick<LogCut, 'root' | 'tail'>
  readonly small: Readonly<Record<'checkpoint' | 'logKeys' | 'seal', Uint8Array>>
  readonly sealing: Sealing
}

export type BackupWord =
  | { readonly kind: 'ready' | 'hold' | 'copy' | 'next' }
  | { readonly kind: 'signed'; readonly note: Uint8Array }
  | BackupBegin

export type BackupReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'copied'; readonly facts: StoreFacts }
  | { readonly kind: 'piece'; readonly piece: Uint8Array }
  | { readonly kind: 'sign'; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: ThreadFault }

/** An error as it survives the way between threads. */
export interface ThreadFault {
  readonly code?: ErrorCode
  readonly message: string
}

export function faultOf(error: unknown): ThreadFault {
  const message = error instanceof Error ? error.message : String(error)
  return isKeeperError(error) ? { code: error.code, message } : { message }
}

export function errorOf({ code, message }: ThreadFault): Error {
  return code === undefined ? new Error(message) : new KeeperError(code, message)
}
