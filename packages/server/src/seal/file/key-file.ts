import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { KeeperError } from '@claviger/core'
import { freshKey } from '../../custody/software/keyring.ts'
import type { LockedBytes, LockedMemory } from '../../custody/software/locked-memory.ts'
import { replaceFile } from '../durable-file.ts'

const KEY_BYTES = 32
const OTHERS = 0o077

/** A new key for the seal of kind `file`: 32 raw bytes that only the owner of the process can read. */
export function createKeyFile(path: string, memory: LockedMemory): LockedBytes {
  const fresh = freshKey()
  replaceFile(path, fresh)
  return memory.take(fresh)
}

/** Reads straight into locked memory: a read that returns a buffer would leave a copy behind. */
export function readKeyFile(path: string, memory: LockedMemory): LockedBytes {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch (cause) {
    throw new KeeperError('precondition-failed', 'the key file of the seal is not there', { cause })
  }
  const key = memory.allocate(KEY_BYTES)
  try {
    const { mode, size } = fstatSync(descriptor)
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
      throw new KeeperError(
        'precondition-failed',
        'the key file of the seal can be read by others; set its mode to 600',
      )
    }
    if (size !== KEY_BYTES || readSync(descriptor, key.bytes) !== KEY_BYTES) {
      throw new KeeperError('integrity', 'the key file of the seal is damaged')
    }
    return key
  } catch (error) {
    key.free()
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/** Overwrites and removes a key file whose seal is no longer in force. Best effort: disks keep copies. */
export function removeKeyFile(path: string): void {
  try {
    const descriptor = openSync(path, 'r+')
    try {
      writeSync(descriptor, new Uint8Array(KEY_BYTES))
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  } catch {
    // not there any more, or not ours to write: removal is tried all the same
  }
  rmSync(path, { force: true })
}
