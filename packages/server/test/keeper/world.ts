import {
  type AuditLog,
  type Authorizer,
  type ChangeObserver,
  type DataCall,
  type DataOperation,
  DEFAULT_TENANT,
  type Instant,
  Keeper,
  KeeperError,
  type KeeperPorts,
  type ManagementOperation,
  type ManagementOptions,
  type PrincipalId,
  type RequestContext,
  type Role,
  type Session,
  type Store,
  type TargetKind,
} from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import { MemoryStore } from '@claviger/testkit'
import { createApprovalCrypto } from '../../src/approval-crypto.ts'
import { createEmergencyShares } from '../../src/emergency-shares.ts'
import { principalPolicies } from '../../src/principal-policies.ts'
import { certificateReader } from '../../src/certificate-reader.ts'
import { createCedarAuthorizer } from '../../src/policy/index.ts'
import { freshKey, Keyring } from '../../src/custody/software/keyring.ts'
import { LockedMemory } from '../../src/custody/software/locked-memory.ts'
import { SoftwareCustody } from '../../src/custody/software/software-custody.ts'
import { uuidV7 } from '../../src/uuid.ts'

runSelfTests()

export const T0: Instant = Date.parse('2026-11-23T12:00:00Z')

/** Entries in memory; `fail` makes it refuse, as a full disk would. */
export class MemoryLog implements AuditLog {
  readonly entries: string[] = []
  failure: KeeperError | undefined

  get size(): number {
    return this.entries.length
  }

  async append(entry: string): Promise<number> {
    if (this.failure !== undefined) throw this.failure
    return this.entries.push(entry) - 1
  }

  fail(): void {
    this.failure = new KeeperError('log-unavailable', 'the audit log cannot be written')
  }

  get events(): readonly Record<string, unknown>[] {
    return this.entries.map((entry) => JSON.parse(entry) as Record<string, unknown>)
  }
}

export const REQUEST: RequestContext = { protocol: 'test', peer: '127.0.0.1' }

export function sessionOf(name: string, roles: readonly Role[] = ['officer', 'user']): Session {
  return Object.freeze({
    tenant: DEFAULT_TENANT,
    principal: `p-${name}` as PrincipalId,
    name,
    roles,
    authentication: 'token',
    scope: {},
    expiresAt: Number.POSITIVE_INFINITY,
  })
}

export interface World {
  readonly keeper: Keeper
  readonly ports: KeeperPorts
  readonly store: Store
  readonly log: MemoryLog
  readonly custody: SoftwareCustody
  readonly keyring: Keyring
  readonly clock: { now: () => Instant; set: (at: Instant) => void }
  /** Actions that are denied from now on. */
  readonly denied: Set<string>
  readonly session: Session
  run<Kind extends TargetKind, Input, Output>(
    operation: ManagementOperation<Kind, Input, Output>,
    input: Input,
    options?: ManagementOptions,
  ): Promise<Output>
  data<Item, Result>(operation: DataOperation<Item, Result>, call: DataCall<Item>): Promise<Result>
}

function unavailable(): never {
  throw new Error('not part of this world')
}

/** A keeper over real custody and real cryptography, with memory for the store and the log. */
export function makeWorld(
  store: Store = new MemoryStore(),
  authorizer?: Authorizer,
  observers: readonly ChangeObserver[] = [],
): World {
  let at = T0
  const clock = { now: () => at, set: (instant: Instant) => (at = instant) }
  const memory = new LockedMemory({ warn: () => undefined })
  const keyring = new Keyring(memory)
  keyring.install([{ generation: 1, bytes: memory.take(freshKey()) }])
  keyring.load({
    id: DEFAULT_TENANT,
    name: 'default',
    state: 'active',
    createdAt: 0,
    ...keyring.createTenantKeys(DEFAULT_TENANT, 0),
  })
  const limits = { entriesMax: 1_000, lockedBytesMax: 1 << 20, secureHeapBytesMax: 1 << 20 }
  const custody = new SoftwareCustody({
    keyring,
    memory,
    limits,
    findTenant: async () => undefined,
  })
  const denied = new Set<string>()
  let tokens = 0
  const permissive: Authorizer = {
    decide: (_session, action) => ({ allowed: !denied.has(action), policies: ['test'] }),
  }
  const log = new MemoryLog()
  const ports: KeeperPorts = {
    store,
    custody,
    log,
    reader: {
      list: unavailable,
      entry: unavailable,
      receipt: unavailable,
      checkpoint: unavailable,
    },
    authorizer: authorizer ?? permissive,
    policies: createCedarAuthorizer(),
    approvals: createApprovalCrypto({ id: 'example.test', origins: ['https://example.test'] }),
    backups: {
      check: unavailable,
      create: unavailable,
      close: unavailable,
      signTombstones: unavailable,
    },
    emergency: createEmergencyShares(memory),
    principalPolicies,
    credentials: {
      token: () => ({ secret: 'clv_x', hash: String(tokens++) }),
      sharedSecret: unavailable,
      fingerprint: unavailable,
    },
    certificates: certificateReader,
    seal: undefined as never,
    tenants: {
      createTenant: unavailable,
      isSealed: () => false,
      protect: unavailable,
      unseal: unavailable,
      seal: unavailable,
      forget: unavailable,
    },
    clock,
    ids: { uuid: () => uuidV7(at) },
    report: (error) => {
      throw error
    },
    profile: 'nist',
    observers: [
      ...observers,
      (kind, _tenant, id) => {
        if (kind !== 'key-version') return
        const slash = id.indexOf('/')
        custody.evict(id.slice(0, slash) as never, Number(id.slice(slash + 1)))
      },
    ],
    cachedKeysMax: 100,
  }
  const keeper = new Keeper(ports)
  const session = sessionOf('ada')
  return {
    keeper,
    ports,
    store,
    log,
    custody,
    keyring,
    clock,
    denied,
    session,
    run: async (operation, input, options) =>
      (await keeper.execute(session, operation, input, REQUEST, options)).output,
    data: async (operation, call) => {
      const { results } = await keeper.executeData(session, operation, call, REQUEST)
      const [result] = results
      if (result === undefined) throw new Error('no result')
      if (!result.ok) throw result.error
      return result.value
    },
  }
}

export function refuses(code: string): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof KeeperError && error.code === code) return true
    throw error
  }
}
