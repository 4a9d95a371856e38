import type { SecretBytes } from '@claviger/bytes'
import {
  authenticationFailed,
  isKeeperError,
  KeeperError,
  type SealCredential,
  type SealMethod,
} from '@claviger/core'
import { type OpenKey, openKey } from '@claviger/crypto'
import type { LockedBytes, LockedMemory } from '../custody/software/locked-memory.ts'
import { createKeyFile, readKeyFile } from './file/key-file.ts'
import {
  assertNewPassphrase,
  derivePassphraseKey,
  newPassphraseParameters,
} from './passphrase/passphrase-key.ts'
import { damaged, type SealDraft, type SealFile, type SealRecord } from './seal-record.ts'
import { ShareCollection } from './shamir/share-collection.ts'
import { assertShareCounts, badShare, createShares, readShare } from './shamir/share-set.ts'

/** A seal's own key, open: it wraps the root and nothing else. */
export class SealKey {
  readonly #bytes: LockedBytes
  readonly key: OpenKey

  constructor(bytes: LockedBytes) {
    this.#bytes = bytes
    this.key = openKey('aes-256', bytes.bytes)
  }

  wipe(): void {
    this.key.wipe()
    this.#bytes.free()
  }
}

export interface NewSealKey {
  readonly draft: SealDraft
  readonly key: SealKey
  readonly shares?: readonly SecretBytes[]
}

/** Where the key of a seal of kind `file` lies: each generation has its own, so that no step destroys one. */
export function keyFilePath(sealPath: string, generation: number): string {
  return sealPath.replace(/\.json$/, '') + `-${generation}.key`
}

export async function createSealKey(
  method: SealMethod,
  facts: { set: string; generation: number; sealPath: string },
  memory: LockedMemory,
): Promise<NewSealKey> {
  switch (method.kind) {
    case 'shamir': {
      const { kind, shares, threshold } = method
      assertShareCounts(shares, threshold)
      const made = await createShares({ ...facts, shares, threshold }, memory)
      const draft = { kind, shares, threshold, commitments: made.commitments }
      return { draft, key: new SealKey(made.key), shares: made.shares }
    }
    case 'passphrase': {
      assertNewPassphrase(method.passphrase)
      const parameters = newPassphraseParameters()
      const key = await derivePassphraseKey(parameters, method.passphrase, memory)
      return { draft: { kind: 'passphrase', ...parameters }, key: new SealKey(key) }
    }
    case 'file': {
      const key = createKeyFile(keyFilePath(facts.sealPath, facts.generation), memory)
      return { draft: { kind: 'file' }, key: new SealKey(key) }
    }
  }
}

/**
 * Opens a seal's key from everything that it takes at once. Throws for a share that is bad or missing; a
 * wrong passphrase gives a wrong key, which shows when the root does not open.
 */
export async function openSealKey(
  record: SealRecord,
  file: SealFile,
  credentials: readonly SealCredential[],
  sealPath: string,
  memory: LockedMemory,
): Promise<SealKey> {
  switch (record.kind) {
    case 'shamir': {
      const shares = new ShareCollection(memory)
      try {
        for (const credential of credentials) addShare(shares, record, file, credential)
        const given = shares.indexes.length
        if (given < record.threshold) {
          const details = { problem: 'too-few', given, needed: record.threshold }
          throw new KeeperError('precondition-failed', 'more shares are needed', { details })
        }
        return new SealKey(await shares.combine())
      } finally {
        shares.wipe()
      }
    }
    case 'passphrase': {
      const [credential] = credentials
      if (credential?.kind !== 'passphrase') throw wrongCredential('the passphrase')
      return new SealKey(await derivePassphraseKey(record, credential.passphrase, memory))
    }
    case 'file':
      return new SealKey(readKeyFile(keyFilePath(sealPath, record.generation), memory))
  }
}

/** Adds one share of `record`, which is the seal in force or the pending one, or says what is wrong with it. */
export function addShare(
  shares: ShareCollection,
  record: SealRecord,
  file: SealFile,
  credential: SealCredential,
): void {
  if (credential.kind !== 'share') throw wrongCredential('a share')
  const { seal, pending, set } = file
  const { check, share } = readShare(credential.share, {
    set,
    seal: seal.kind === 'shamir' ? seal : undefined,
    pending: pending?.kind === 'shamir' ? pending : undefined,
  })
  if (share === undefined) throw badShare(check.problem ?? 'corrupted', check)
  if (share.generation !== record.generation) {
    share.payload.fill(0)
    // A share of the present seal where the new ones were asked for is stale in that place.
    throw badShare(check.problem ?? 'stale', check)
  }
  shares.add(share, check)
}

export function wrongCredential(expected: string): KeeperError {
  return new KeeperError('invalid-input', `this seal is opened by ${expected}`)
}

/** What a root that does not open means: a wrong passphrase, or damage where each part was proven good. */
export function rootDidNotOpen(record: SealRecord, cause: unknown): KeeperError {
  if (record.kind === 'passphrase') return authenticationFailed(cause)
  return new KeeperError(
    'integrity',
    'the root key does not open; restore the seal file from a backup',
    { cause },
  )
}

/** Opens what lies in the seal file under a root that is right: if it does not open, the file was changed. */
export function withSealDamage(what: string, open: () => void): void {
  try {
    open()
  } catch (error) {
    throw isKeeperError(error) && error.code === 'integrity' ? damaged(what) : error
  }
}
