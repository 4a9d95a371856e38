import { rmSync } from 'node:fs'
import {
  constantTimeEqual,
  decodeBase64url,
  encodeBase64url,
  encodeHex,
  type SecretBytes,
} from '@claviger/bytes'
import {
  type Clock,
  KeeperError,
  type NewSeal,
  type Seal,
  type SealCredential,
  type SealMethod,
  type SealStatus,
  type ShareCheck,
  type Tenant,
} from '@claviger/core'
import { randomBytes } from '@claviger/crypto'
import { freshKey, type Keyring, type RootKey } from '../custody/software/keyring.ts'
import type { LockedMemory } from '../custody/software/locked-memory.ts'
import { unwrapRecord, wrapRecord } from '../custody/software/wrapped-record.ts'
import { type Failpoint, readText, replaceFile } from './durable-file.ts'
import { removeKeyFile } from './file/key-file.ts'
import { rootDigest } from './root-digest.ts'
import {
  addShare,
  createSealKey,
  keyFilePath,
  openSealKey,
  rootDidNotOpen,
  SealKey,
  withSealDamage,
} from './seal-kinds.ts'
import {
  assertNotRotating,
  encodeSealFile,
  factsOf,
  newest,
  parseSealFile,
  SEAL_FORMAT,
  type SealFile,
  type SealRecord,
  type WrappedRoot,
} from './seal-record.ts'
import { ShareCollection } from './shamir/share-collection.ts'
import { readShare } from './shamir/share-set.ts'
import { Throttle } from './throttle.ts'

const SET_BYTES = 8

export interface KeeperSealOptions {
  /** Path of `seal.json`. */
  readonly path: string
  readonly keyring: Keyring
  readonly memory: LockedMemory
  readonly clock: Clock
  /** Stores every tenant as `rewrap` gives it back, until a pass changes nothing (`rewrapTenants`). */
  readonly rewrapTenants: (rewrap: (tenant: Tenant) => Tenant | undefined) => Promise<void>
  /** Called once the keys are there, before `unseal` answers: opens tenants' keys. */
  readonly afterUnseal?: () => Promise<void>
  /** Told of a rotation that could not be finished at unsealing. */
  readonly warn: (message: string) => void
  /** For tests: throws to stand for a crash at a step. */
  readonly failpoint?: Failpoint
}

/** The seal over a file: shares, a passphrase or a key file open a key, and that key opens the root. */
export class KeeperSeal implements Seal {
  readonly #options: KeeperSealOptions
  readonly #keyring: Keyring
  readonly #memory: LockedMemory
  readonly #throttle: Throttle
  readonly #progress: ShareCollection
  #file: SealFile | undefined
  #rootDigest: Uint8Array | undefined
  /** Grows with each `seal()`: what began before it must not unseal after it. */
  #epoch = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: KeeperSealOptions) {
    this.#options = options
    this.#keyring = options.keyring
    this.#memory = options.memory
    this.#throttle = new Throttle(options.clock)
    this.#progress = new ShareCollection(options.memory)
    const text = readText(options.path)
    this.#file = text === undefined ? undefined : parseSealFile(text)
  }

  status(): SealStatus {
    const file = this.#file
    if (file === undefined) {
      return { initialized: false, sealed: true, generation: 0, rootGeneration: 0, rotating: false }
    }
    const { seal, pending } = file
    const progress = this.#progress.indexes
    return {
      initialized: true,
      sealed: this.#keyring.isSealed,
      ...factsOf(file.set, seal),
      ...(progress.length > 0 && { progress }),
      rootGeneration: newest(seal.roots).generation,
      rotating: seal.roots.length > 1,
      ...(pending !== undefined && { pending: factsOf(file.set, pending) }),
    }
  }

  initialize(method: SealMethod): Promise<NewSeal> {
    return this.#inTurn(async () => {
      if (this.#file !== undefined) {
        throw new KeeperError('conflict', 'the keeper has a seal already; unseal it, or rekey it')
      }
      const set = encodeHex(randomBytes(SET_BYTES))
      const generation = 1
      const made = await this.#create(method, set, generation)
      const root = this.#memory.take(freshKey())
      try {
        const roots = [this.#wrapRoot(made.key, generation, set, { generation: 1, bytes: root })]
        this.#install([{ generation: 1, bytes: root }])
        const systemKey = this.#keyring.createSystemKey()
        const seal = { ...made.draft, generation, roots }
        this.#write(
          { format: SEAL_FORMAT, set, lastGeneration: generation, seal, systemKey },
          'initialize',
        )
        this.#keyring.installSystemKey(systemKey)
        await this.#options.afterUnseal?.()
      } catch (error) {
        this.seal()
        // Its shares reach nobody, and nothing is under its root yet.
        this.#file = undefined
        rmSync(this.#options.path, { force: true })
        throw error
      } finally {
        made.key.wipe()
      }
      return this.#newSeal(made.shares)
    })
  }

  unseal(credential: SealCredential, peer = ''): Promise<SealStatus> {
    return this.#inTurn(async () => {
      const file = this.#initialized()
      if (!this.#keyring.isSealed) return this.status()
      const { seal } = file
      if (seal.kind === 'shamir') {
        addShare(this.#progress, seal, file, credential)
        if (this.#progress.indexes.length < seal.threshold) return this.status()
      }
      const epoch = this.#epoch
      const open = (): Promise<SealKey> =>
        seal.kind === 'shamir' ? this.#combineProgress() : this.#open(seal, [credential], peer)
      const roots = await this.#openRoots(seal, open, peer)
      if (epoch !== this.#epoch) {
        for (const root of roots) root.bytes.free()
        throw new KeeperError('conflict', 'the keeper was sealed meanwhile; begin again')
      }
      await this.#start(file, roots)
      return this.status()
    })
  }

  resetProgress(): void {
    this.#progress.wipe()
  }

  seal(): void {
    this.#epoch++
    this.#progress.wipe()
    this.#rootDigest = undefined
    this.#keyring.wipe()
  }

  rekey(method: SealMethod, authorization: readonly SealCredential[]): Promise<NewSeal> {
    return this.#inTurn(async () => {
      const file = this.#unsealed()
      assertNotRotating(file)
      const roots = await this.#openRoots(file.seal, () => this.#open(file.seal, authorization))
      const generation = file.lastGeneration + 1
      try {
        const made = await this.#create(method, file.set, generation)
        try {
          const wrapped = roots.map((root) => this.#wrapRoot(made.key, generation, file.set, root))
          const record: SealRecord = { ...made.draft, generation, roots: wrapped }
          const { pending: _replaced, ...rest } = file
          // Shares must be proven to have arrived before they are the only way in.
          if (record.kind === 'shamir') {
            this.#write({ ...rest, lastGeneration: generation, pending: record }, 'rekey')
          } else this.#commit({ ...rest, lastGeneration: generation }, record)
          return this.#newSeal(made.shares)
        } finally {
          made.key.wipe()
        }
      } finally {
        for (const root of roots) root.bytes.free()
      }
    })
  }

  confirmRekey(proof: readonly SealCredential[]): Promise<SealStatus> {
    return this.#inTurn(async () => {
      const { pending, ...rest } = this.#unsealed()
      if (pending === undefined) throw new KeeperError('conflict', 'there is no rekey to confirm')
      const roots = await this.#openRoots(pending, () => this.#open(pending, proof))
      const digests = roots.map((root) => rootDigest(root.bytes))
      for (const root of roots) root.bytes.free()
      // A pending seal that somebody wrote into the file would bring its own root.
      const known = this.#rootDigest
      if (known === undefined || !digests.every((digest) => constantTimeEqual(digest, known))) {
        throw new KeeperError('integrity', 'the pending seal holds another root; cancel the rekey')
      }
      this.#commit(rest, pending)
      return this.status()
    })
  }

  cancelRekey(): Promise<SealStatus> {
    return this.#inTurn(async () => {
      const { pending, ...rest } = this.#unsealed()
      if (pending === undefined) throw new KeeperError('conflict', 'there is no rekey to cancel')
      this.#write(rest, 'cancel')
      return this.status()
    })
  }

  rotateRoot(authorization: readonly SealCredential[]): Promise<SealStatus> {
    return this.#inTurn(async () => {
      const file = this.#unsealed()
      if (file.seal.roots.length === 1) await this.#beginRotation(file, authorization)
      await this.#finishRotation()
      return this.status()
    })
  }

  checkShare(share: SecretBytes): ShareCheck {
    const file = this.#initialized()
    const { seal, pending } = file
    const { check, share: read } = readShare(share, {
      set: file.set,
      seal: seal.kind === 'shamir' ? seal : undefined,
      pending: pending?.kind === 'shamir' ? pending : undefined,
    })
    read?.payload.fill(0)
    return check
  }

  /** Step 1 of a rotation: a second root is written beside the first, wrapped under the same seal. */
  async #beginRotation(file: SealFile, authorization: readonly SealCredential[]): Promise<void> {
    if (file.pending !== undefined) {
      throw new KeeperError('conflict', 'a rekey waits to be confirmed; confirm or cancel it first')
    }
    const { seal, set } = file
    const key = await this.#open(seal, authorization)
    try {
      // The key is proven by the root it opens, before anything is written under it.
      for (const root of this.#unwrapRoots(seal, set, key)) root.bytes.free()
      const generation = newest(seal.roots).generation + 1
      const root = { generation, bytes: this.#memory.take(freshKey()) }
      const roots = [...seal.roots, this.#wrapRoot(key, seal.generation, set, root)]
      this.#write({ ...file, seal: { ...seal, roots } }, 'rotate')
      this.#install([root])
    } finally {
      key.wipe()
    }
  }

  /** Steps 2 and 3: every tenant's keys go under the new root, then the old one is forgotten. */
  async #finishRotation(): Promise<void> {
    await this.#options.rewrapTenants((tenant) => this.#keyring.rewrapTenant(tenant))
    this.#options.failpoint?.('rotate:tenants-rewrapped')
    const file = this.#unsealed()
    const systemKey = this.#keyring.rewrapSystemKey(file.systemKey) ?? file.systemKey
    const seal = { ...file.seal, roots: [newest(file.seal.roots)] }
    this.#write({ ...file, seal, systemKey }, 'finish')
    this.#keyring.retireOldRoots()
  }

  async #start(file: SealFile, roots: readonly RootKey[]): Promise<void> {
    try {
      this.#install(roots)
      withSealDamage('its system key', () => this.#keyring.installSystemKey(file.systemKey))
      await this.#options.afterUnseal?.()
    } catch (error) {
      this.seal()
      throw error
    }
    if (file.seal.roots.length === 1) return
    try {
      await this.#finishRotation()
    } catch {
      this.#options.warn('the rotation of the root key could not be finished; rotate again')
    }
  }

  #install(roots: readonly RootKey[]): void {
    this.#rootDigest = rootDigest(newest(roots).bytes)
    this.#keyring.install(roots)
  }

  async #combineProgress(): Promise<SealKey> {
    try {
      return new SealKey(await this.#progress.combine())
    } finally {
      this.#progress.wipe()
    }
  }

  /** Opens a seal's key; a passphrase is throttled from the first guess on. */
  #open(record: SealRecord, credentials: readonly SealCredential[], peer = ''): Promise<SealKey> {
    if (record.kind === 'passphrase') this.#throttle.assertOpen(peer)
    return openSealKey(record, this.#initialized(), credentials, this.#options.path, this.#memory)
  }

  async #openRoots(
    record: SealRecord,
    open: () => Promise<SealKey>,
    peer = '',
  ): Promise<readonly RootKey[]> {
    const key = await open()
    try {
      return this.#unwrapRoots(record, this.#initialized().set, key, peer)
    } finally {
      key.wipe()
    }
  }

  #unwrapRoots(record: SealRecord, set: string, key: SealKey, peer = ''): readonly RootKey[] {
    const roots: RootKey[] = []
    try {
      for (const { generation, wrapped } of record.roots) {
        const binding = { kind: 'root', generation, set } as const
        const root = unwrapRecord(key.key, binding, decodeBase64url(wrapped))
        roots.push({ generation, bytes: this.#memory.take(root) })
      }
    } catch (error) {
      for (const root of roots) root.bytes.free()
      if (record.kind === 'passphrase') this.#throttle.fail(peer)
      throw rootDidNotOpen(record, error)
    }
    if (record.kind === 'passphrase') this.#throttle.succeed(peer)
    return roots
  }

  #wrapRoot(key: SealKey, wrappedBy: number, set: string, root: RootKey): WrappedRoot {
    const { generation, bytes } = root
    const binding = { kind: 'root', generation, set } as const
    const wrapped = wrapRecord(key.key, wrappedBy, binding, bytes.bytes)
    return { generation, wrapped: encodeBase64url(wrapped) }
  }

  #create(method: SealMethod, set: string, generation: number): ReturnType<typeof createSealKey> {
    return createSealKey(method, { set, generation, sealPath: this.#options.path }, this.#memory)
  }

  /** Puts a new seal in force, and removes the key file of the old one once that is on disk. */
  #commit(file: SealFile, seal: SealRecord): void {
    this.#write({ ...file, seal }, 'commit')
    this.#progress.wipe()
    if (file.seal.kind === 'file')
      removeKeyFile(keyFilePath(this.#options.path, file.seal.generation))
  }

  #write(file: SealFile, what: string): void {
    const { failpoint, path } = this.#options
    replaceFile(path, encodeSealFile(file), (step) => failpoint?.(`${what}:${step}`))
    this.#file = file
  }

  #newSeal(shares: readonly SecretBytes[] | undefined): NewSeal {
    return { status: this.status(), ...(shares !== undefined && { shares }) }
  }

  #initialized(): SealFile {
    if (this.#file === undefined) {
      throw new KeeperError(
        'precondition-failed',
        'the keeper has no seal yet; initialize it first',
      )
    }
    return this.#file
  }

  #unsealed(): SealFile {
    this.#keyring.assertUnsealed()
    return this.#initialized()
  }

  /** One change of the seal at a time, in the order they were asked for. */
  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const turn = this.#queue.then(run)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}
