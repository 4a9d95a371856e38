import { sampleBackups } from './sample-backups.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Action,
  type AuditLog,
  type AuditReader,
  DEFAULT_TENANT,
  Keeper,
  type KeeperError,
  type KeeperPorts,
  SYSTEM_TENANT,
  type TenantId,
} from '@claviger/core'
import { hashHex, runSelfTests } from '@claviger/crypto'
import { MemoryStore } from '@claviger/testkit'
import { Authenticator, createCredentialSource } from '../../../src/authenticate/index.ts'
import { createApprovalCrypto } from '../../../src/approval-crypto.ts'
import { createEmergencyShares } from '../../../src/emergency-shares.ts'
import { principalPolicies } from '../../../src/principal-policies.ts'
import { certificateReader } from '../../../src/certificate-reader.ts'
import { Keyring } from '../../../src/custody/software/keyring.ts'
import { LockedMemory } from '../../../src/custody/software/locked-memory.ts'
import { SoftwareCustody } from '../../../src/custody/software/software-custody.ts'
import { loadTenants, rewrapTenants } from '../../../src/custody/software/tenant-keys.ts'
import { createMetrics } from '../../../src/metrics/metrics.ts'
import { createCedarAuthorizer } from '../../../src/policy/index.ts'
import type { ProtocolModule } from '../../../src/protocols/protocol.ts'
import { restModule } from '../../../src/protocols/rest/module.ts'
import type { RestOptions } from '../../../src/protocols/rest/ports.ts'
import { KeeperSeal } from '../../../src/seal/keeper-seal.ts'
import { TenantSeals } from '../../../src/seal/tenant/tenant-seals.ts'
import { uuidV7 } from '../../../src/uuid.ts'

runSelfTests()

/** Where its approvers use their passkeys. */
export const RELYING_PARTY = {
  id: 'example.test',
  origins: ['https://keys.example.test', 'https://example.test'],
} as const

/** A log in memory: entries are durable at once, and `failure` stands for a full disk. */
export class MemoryLog implements AuditLog, AuditReader {
  readonly entries: string[] = []
  failure: KeeperError | undefined

  get size(): number {
    return this.entries.length
  }

  async append(entry: string): Promise<number> {
    if (this.failure !== undefined) throw this.failure
    return this.entries.push(entry) - 1
  }

  async list({ limit, before = this.entries.length, action }: Parameters<AuditReader['list']>[0]) {
    const entries = this.entries
      .map((entry, index) => ({ index, entry }))
      .filter(({ index, entry }) => {
        const event = JSON.parse(entry) as { readonly action: string }
        return index < before && (action === undefined || event.action === action)
      })
      .toReversed()
    const page = entries.slice(0, limit)
    const last = page.at(-1)
    return { entries: page, ...(entries.length > limit && last && { next: last.index }) }
  }

  async entry(index: number) {
    const entry = this.entries[index]
    return entry === undefined ? undefined : { index, entry }
  }

  async receipt(index: number): Promise<string> {
    return `c2sp.org/tlog-proof@v1\nindex ${index}\n`
  }

  async checkpoint(): Promise<string> {
    return `example.test/log\n${this.entries.length}\nAAAA\n`
  }
}

export interface TestWorld {
  readonly url: string
  readonly module: ProtocolModule
  readonly options: RestOptions
  readonly log: MemoryLog
  readonly store: MemoryStore
  /** Actions that the authorizer refuses. */
  readonly denied: Set<Action>
  /** How far its clock is ahead of ours. */
  readonly ahead: { ms: number }
  /** What was reported as an internal error. */
  readonly reported: unknown[]
  /** Tokens by principal name, once initialized. */
  tokens: Readonly<Record<string, string>>
  close(): Promise<void>
}

/** A keeper with real custody, seal and authentication on a store and a log in memory. */
export async function openWorld(change: Partial<RestOptions> = {}): Promise<TestWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'claviger-rest-'))
  const ahead = { ms: 0 }
  const clock = { now: () => Date.now() + ahead.ms }
  const store = new MemoryStore()
  const log = new MemoryLog()
  const denied = new Set<Action>()
  const reported: unknown[] = []
  const memory = new LockedMemory({ warn: () => undefined })
  const keyring = new Keyring(memory)
  const findTenant = async (tenant: TenantId) =>
    (await store.get('tenant', SYSTEM_TENANT, tenant))?.value
  const custody = new SoftwareCustody({
    keyring,
    memory,
    limits: { entriesMax: 1_000, lockedBytesMax: 1 << 18, secureHeapBytesMax: 1 << 16 },
    findTenant,
  })
  const seal = new KeeperSeal({
    path: join(folder, 'seal.json'),
    keyring,
    memory,
    clock,
    rewrapTenants: (rewrap) => rewrapTenants(store, SYSTEM_TENANT, rewrap),
    afterUnseal: async () => {
      await loadTenants(store, SYSTEM_TENANT, keyring)
    },
    warn: () => undefined,
  })
  const authenticator = new Authenticator({ store, clock, tenants: [DEFAULT_TENANT] })
  const ports: KeeperPorts = {
    store,
    custody,
    log,
    reader: log,
    authorizer: {
      decide: (_session, action) => ({ allowed: !denied.has(action), policies: ['test'] }),
    },
    approvals: createApprovalCrypto(RELYING_PARTY),
    backups: sampleBackups,
    emergency: createEmergencyShares(memory),
    principalPolicies,
    policies: createCedarAuthorizer(),
    credentials: createCredentialSource(),
    certificates: certificateReader,
    seal,
    tenants: new TenantSeals({ keyring, memory, clock, findTenant }),
    clock,
    ids: { uuid: () => uuidV7(clock.now()) },
    profile: 'nist',
    observers: [authenticator.observe],
    report: (error) => reported.push(error),
    isCurrent: (session) => authenticator.isCurrent(session),
    cachedKeysMax: 1_000,
  }
  const keeper = new Keeper(ports)
  keyring.onClose((tenant) => authenticator.clear(tenant))
  keyring.onWipe(() => {
    keeper.keys.clear()
    authenticator.clear()
  })
  const metrics = createMetrics(() => ({ sealed: Number(seal.status().sealed) }))
  const options: RestOptions = {
    keeper,
    authenticate: ({ token, certificate, peer }) =>
      token === undefined && certificate !== undefined
        ? authenticator.byCertificate(certificate.fingerprint, certificate.validTo, peer)
        : authenticator.bySecret(token ?? '', peer),
    attempts: { assertOpen: () => {}, count: () => {}, forgive: () => {} },
    peerOf: (socket) => ({ address: socket.remoteAddress ?? '' }),
    sealStatus: () => seal.status(),
    emergencies: () => [],
    logStatus: () => log,
    meter: metrics,
    exposition: () => metrics.exposition(),
    metricsOpen: false,
    version: '0.0.0',
    now: () => clock.now(),
    elapsedMs: () => performance.now(),
    report: (error) => `incident-${reported.push(error)}`,
    hash: (text) => hashHex('sha256', text),
    limits: { bodyBytesMax: 8 * 1024 * 1024 },
    ...change,
  }
  const module = restModule(options)
  const server: Server = createServer((request, response) => module.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    module,
    options,
    log,
    store,
    denied,
    ahead,
    reported,
    tokens: {},
    close: async () => {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await module.close()
      seal.seal()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export interface Asked {
  readonly method?: string
  readonly body?: unknown
  /** As it is sent, instead of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; empty for a text. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Calls with the administrator's token unless told otherwise. */
export async function ask(world: TestWorld, path: string, asked: Asked = {}): Promise<Answered> {
  const { body, raw, headers = {} } = asked
  const method = asked.method ?? (body === undefined && raw === undefined ? 'GET' : 'POST')
  const token = 'token' in asked ? asked.token : world.tokens['administrator']
  const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const response = await fetch(world.url + path, {
    method,
    headers: {
      ...(sent !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(sent !== undefined && { body: sent }),
  })
  const text = await response.text()
  let parsed: Readonly<Record<string, unknown>> = {}
  try {
    parsed = JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    // A text answer.
  }
  return { status: response.status, headers: response.headers, text, body: parsed }
}

/** A world whose root is kept in a file, with the two first principals. */
export async function openInitialized(change: Partial<RestOptions> = {}): Promise<TestWorld> {
  const world = await openWorld(change)
  const made = await ask(world, '/v1/seal/initialize', { body: { method: { kind: 'file' } } })
  if (made.status !== 201) throw new Error(made.text)
  world.tokens = pick(made.body, 'tokens') as Readonly<Record<string, string>>
  return world
}

/** A member by its path, such as `key.id` or `items.0.plaintext`. */
export function pick(body: unknown, path: string): unknown {
  let value = body
  for (const name of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[name]
  return value
}

export function pickText(body: unknown, path: string): string {
  const value = pick(body, path)
  if (typeof value !== 'string') throw new Error(`${path} is no text in ${JSON.stringify(body)}`)
  return value
}
