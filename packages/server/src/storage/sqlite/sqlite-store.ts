import { constantTimeEqual, encodeHex } from '@claviger/bytes'
import {
  type EventId,
  type Instant,
  isKeeperError,
  KeeperError,
  type ListQuery,
  type OutboxEntry,
  type Page,
  type RecordKind,
  type RowGuard,
  type Store,
  type Stored,
  type TenantId,
  type UnitOfWork,
} from '@claviger/core'
import { fromUtf8 } from '../ledger/byte-string.ts'
import { LedgerView, NodeSource } from '../ledger/ledger.ts'
import { facetPrefix, nameKey, recordPrefix } from '../ledger/ledger-key.ts'
import { type LedgerState, StoreMac } from '../ledger/store-mac.ts'
import { Database } from './database.ts'
import { dueEntries } from './due-entries.ts'
import { GroupCommit, type Outcomes } from './group-commit.ts'
import { listRecords } from './list-query.ts'
import { readOutbox } from './outbox-reader.ts'
import { RecordReader, storedOf } from './record-reader.ts'
import { assertNotOlder, type StoreAnchor } from './store-anchor.ts'
import { asKeeperError, failureReason, type SqliteFault, storeFailure } from './store-error.ts'
import { SnapshotHolds } from './snapshot-holds.ts'
import { UnitStage } from './unit-stage.ts'
import type { WriteBatch } from './write-batch.ts'
import { inlineWriter, threadWriter, type Writer } from './writer.ts'

export type { StoreAnchor } from './store-anchor.ts'

/** Something in the store that did not authenticate, met by a read that went on without it. */
export interface StoreDamage {
  readonly kind: string
  readonly id: string
}

export interface SqliteStoreOptions {
  /** Folder of the database; made when missing. */
  readonly folder: string
  readonly guard: RowGuard
  /** The newest state that anything outside the store remembers. */
  readonly knownAnchor?: StoreAnchor
  /** Told of damage that `due` and `nextDue` pass over. */
  readonly onDamage?: (damage: StoreDamage) => void
  /** Told of changes that the disk did not take, and why. */
  readonly onFailure?: (failure: KeeperError) => void
  /** Where transactions run; `inline` for tests and tools. */
  readonly writer?: 'thread' | 'inline'
}

const DUE_LIMIT_MAX = 10_000
/** Damaged records that one due query passes over before it gives up for this time. */
const DUE_DAMAGE_MAX = 1_000
/** Settled outbox entries that wait for a commit at most before they make one of their own. */
const SETTLED_WAITING_MAX = 256

/** The embedded store. Opened sealed or not; what needs a MAC throws `sealed` until the guard has its keys. */
export class SqliteStore implements Store {
  readonly #database: Database
  readonly #writer: Writer
  readonly #mac: StoreMac
  readonly #source: NodeSource
  readonly #reader: RecordReader
  readonly #commits: GroupCommit
  readonly #onDamage: (damage: StoreDamage) => void
  readonly #onFailure: (failure: KeeperError) => void
  #state: LedgerState
  #stateMac: Uint8Array
  #isAuthenticated = false
  #settled: string[] = []
  #failure: KeeperError | undefined
  #isClosed = false
  #isScrubbing = false
  #tidying: Promise<void> | undefined
  readonly #holds = new SnapshotHolds()

  private constructor(database: Database, options: SqliteStoreOptions) {
    const { guard, onDamage, onFailure, writer } = options
    this.#database = database
    const makeWriter = writer === 'inline' ? inlineWriter : threadWriter
    this.#writer = makeWriter(database.file)
    this.#mac = new StoreMac(guard)
    this.#source = new NodeSource((id) => database.node(id), this.#mac)
    this.#reader = new RecordReader((row) => database.record(row), this.#mac)
    this.#commits = new GroupCommit((units) => this.#process(units))
    this.#onDamage = onDamage ?? (() => undefined)
    this.#onFailure = onFailure ?? (() => undefined)
    const { mac, ...state } = database.state()
    this.#state = state
    this.#stateMac = mac
  }

  /** Opens or makes the store of a folder; throws a KeeperError that says in one line what is wrong. */
  static open(options: SqliteStoreOptions): SqliteStore {
    const database = Database.open(options.folder)
    try {
      const store = new SqliteStore(database, options)
      if (options.knownAnchor !== undefined) assertNotOlder(store.anchor(), options.knownAnchor)
      return store
    } catch (error) {
      database.close()
      throw asKeeperError(error)
    }
  }

  /** The state that the last commit made. Reads no key, so it is known while sealed. */
  anchor(): StoreAnchor {
    return { sequence: this.#state.sequence, digest: encodeHex(this.#stateMac) }
  }

  /** The process before this one did not stop in good order. */
  get wasCut(): boolean {
    return this.#database.wasCut
  }

  /** Why changes are refused until the keeper restarts; undefined while they are accepted. */
  get failure(): KeeperError | undefined {
    return this.#failure
  }

  async get<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    id: string,
  ): Promise<Stored<K> | undefined> {
    return this.#read(() => {
      const row = this.#reader.find(this.#view(), kind, tenant, id)
      return row === undefined ? undefined : storedOf<K>(row)
    })
  }

  async getByName<K extends RecordKind>(
    kind: K,
    tenant: TenantId,
    name: string,
  ): Promise<Stored<K> | undefined> {
    return this.#read(() => {
      const view = this.#view()
      const id = view.get(nameKey(kind, tenant, name))
      const row = id === undefined ? undefined : this.#reader.find(view, kind, tenant, fromUtf8(id))
      return row === undefined ? undefined : storedOf<K>(row)
    })
  }

  async list<K extends RecordKind>(kind: K, query: ListQuery): Promise<Page<K>> {
    return this.#read(() =>
      listRecords({ reader: this.#reader, view: (onDamage) => this.#view(onDamage) }, kind, query),
    )
  }

  async due<K extends RecordKind>(
    kind: K,
    until: Instant,
    limit: number,
    skips: (tenant: TenantId) => boolean = () => false,
  ): Promise<readonly Stored<K>[]> {
    return this.#read(() => {
      const view = this.#view((error) => this.#tell(error))
      const records: Stored<K>[] = []
      let damaged = 0
      for (const { due, tenant, id } of dueEntries(view, kind)) {
        if (due > until || records.length >= Math.min(limit, DUE_LIMIT_MAX)) break
        if (skips(tenant)) continue
        try {
          const row = this.#reader.find(view, kind, tenant, id)
          if (row !== undefined) records.push(storedOf<K>(row))
        } catch (error) {
          this.#tell(error)
          if (++damaged > DUE_DAMAGE_MAX) break
        }
      }
      return records
    })
  }

  async count(kind: RecordKind, tenant: TenantId, facet?: string): Promise<number> {
    const prefix =
      facet === undefined ? recordPrefix(kind, tenant) : facetPrefix(kind, tenant, facet)
    return this.#read(() => this.#view().count(prefix))
  }

  async nextDue(kind: RecordKind): Promise<Instant | undefined> {
    return this.#read(() => {
      const view = this.#view((error) => this.#tell(error))
      for (const { due } of dueEntries(view, kind)) return due
      return undefined
    })
  }

  commit(work: UnitOfWork): Promise<void> {
    return this.#commits.commit(work)
  }

  async pendingOutbox(): Promise<readonly OutboxEntry[]> {
    return this.#read(() => {
      const entries = readOutbox(this.#view(), this.#database, this.#mac)
      const settled = new Set(this.#settled)
      return entries.filter(({ id }) => !settled.has(id))
    })
  }

  settleOutbox(ids: readonly EventId[]): void {
    this.#settled.push(...ids)
    // Nobody waits for it: an entry that stays is offered to the log again, which knows it.
    if (this.#settled.length > SETTLED_WAITING_MAX && this.#failure === undefined) {
      this.#commits.commit({ puts: [] }).catch(() => undefined)
    }
  }

  async scrub(): Promise<void> {
    this.#isScrubbing = true
    await this.commit({ puts: [] })
  }

  /** Where the database is; for whoever copies it. */
  get file(): string {
    return this.#database.file
  }

  /**
   * Runs between two commits, so that what `begin` looks at is of one instant: nothing is half committed.
   * From then until it is released, the write-ahead log is left to grow, because emptying it would wait for
   * whoever reads.
   */
  async holdStill<Result>(
    begin: () => Promise<Result>,
  ): Promise<{ readonly result: Result; release(): void }> {
    return this.#commits.pause(async () => {
      await this.#tidying
      const release = this.#holds.take()
      try {
        return { result: await begin(), release }
      } catch (error) {
        release()
        throw error
      }
    })
  }

  /** Finishes what was accepted, empties the write-ahead log into the database and lets go of the folder. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    if (this.#settled.length > 0 && this.#failure === undefined) {
      await this.#commits.commit({ puts: [] }).catch(() => undefined)
    }
    await this.#commits.close()
    await this.#tidying
    try {
      await this.#writer.close()
    } catch (error) {
      throw storeFailure(failureReason(error as SqliteFault), error)
    } finally {
      this.#database.close()
    }
  }

  /** One transaction for everything that waits. */
  async #process(units: readonly UnitOfWork[]): Promise<Outcomes> {
    await this.#tidying
    if (this.#failure !== undefined) return units.map(() => this.#failure)
    this.#authenticate()
    const stage = new UnitStage(this.#source, this.#reader, this.#mac, this.#state)
    const outcomes = units.map((work) => stageUnit(stage, work))
    // A copy: more may be settled while this batch is written.
    const settled = [...this.#settled]
    const isIdle = outcomes.every((error) => error !== undefined)
    if (isIdle) return outcomes
    for (const id of settled) settleQuietly(stage, id)
    const { batch, state, settle } = stage.finish()
    const fault = await this.#apply(batch)
    if (fault !== undefined) {
      const error = this.#refuse(fault)
      // SQLite shows a commit only once it is synced, so what is seen is kept, whatever went wrong after.
      // If it is not, conflicts fail too: they may have been with a unit that is not committed now.
      if (!this.#isAt(state.sequence)) return units.map(() => error)
    }
    this.#state = state
    this.#stateMac = batch.stateMac
    this.#settled = this.#settled.slice(settled.length)
    settle()
    this.#tidying = this.#tidy()
    if (this.#isScrubbing) await this.#scrub()
    return outcomes
  }

  /** Writes a batch while reads stay at the commit before it. */
  async #apply(batch: WriteBatch): Promise<SqliteFault | undefined> {
    this.#database.hold()
    try {
      await this.#writer.apply(batch)
      return undefined
    } catch (error) {
      return error as SqliteFault
    } finally {
      this.#database.letGo()
    }
  }

  /** Answers do not wait for this; the next transaction does. */
  async #tidy(): Promise<void> {
    if (this.#holds.areHeld) return
    try {
      await this.#writer.tidy()
    } catch (error) {
      this.#refuse(error as SqliteFault)
    }
  }

  /** Freed pages are zeroed as they are freed; what is left is in the write-ahead log, which is emptied. */
  async #scrub(): Promise<void> {
    this.#isScrubbing = false
    await this.#tidying
    // The log cannot be emptied under whoever reads.
    await this.#holds.released()
    try {
      await this.#writer.truncate()
    } catch (error) {
      this.#refuse(error as SqliteFault)
    }
  }

  #isAt(sequence: number): boolean {
    try {
      return this.#database.state().sequence === sequence
    } catch {
      return false
    }
  }

  /**
   * A full disk may empty and a held database be released. Any other fault ends changes for good: after a
   * failed fsync nobody knows what reached the disk, and trying again would only hide it.
   */
  #refuse(fault: SqliteFault): KeeperError {
    const reason = failureReason(fault)
    const failure = storeFailure(reason, fault)
    if (reason !== 'disk-full' && reason !== 'busy') this.#failure ??= failure
    this.#onFailure(failure)
    return failure
  }

  #view(onDamage?: (error: KeeperError) => void): LedgerView {
    this.#authenticate()
    return new LedgerView(this.#source, this.#state.root, onDamage)
  }

  /** Once, at the first use after the keeper is unsealed; from then on the state is this process's own. */
  #authenticate(): void {
    if (this.#isAuthenticated) return
    const isFresh = this.#state.sequence === 0 && this.#database.isEmpty()
    const isOurs = isFresh || constantTimeEqual(this.#mac.state(this.#state), this.#stateMac)
    if (!isOurs) {
      throw new KeeperError(
        'integrity',
        'the state of the store does not authenticate; restore the store from a backup',
        { details: { kind: 'state', id: String(this.#state.sequence) } },
      )
    }
    this.#isAuthenticated = true
  }

  #read<T>(read: () => T): T {
    if (this.#isClosed) throw storeFailure('closed')
    try {
      return read()
    } catch (error) {
      throw asKeeperError(error)
    }
  }

  #tell(error: unknown): void {
    if (!isKeeperError(error) || error.code !== 'integrity') throw error
    this.#onDamage({ kind: String(error.details['kind']), id: String(error.details['id']) })
  }
}

function stageUnit(stage: UnitStage, work: UnitOfWork): unknown {
  try {
    stage.add(work)
    return undefined
  } catch (error) {
    return asKeeperError(error)
  }
}

/** An outbox entry on a damaged page stays; the changes beside it do not wait for it. */
function settleQuietly(stage: UnitStage, id: string): void {
  try {
    stage.settle(id)
  } catch (error) {
    if (!isKeeperError(error) || error.code !== 'integrity') throw error
  }
}
