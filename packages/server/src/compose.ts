import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ChangeObserver,
  type Clock,
  DEFAULT_TENANT,
  Keeper,
  type KeeperPorts,
  Scheduler,
  SYSTEM_TENANT,
  systemClock,
  type TenantKeys,
} from '@claviger/core'
import { hashLatin1 } from '@claviger/crypto'
import { AnchorFile } from './anchor-file.ts'
import { AuditLogReader, FileAuditLog, FileTileSource } from './audit/index.ts'
import { createAuditReader } from './audit-reader.ts'
import { Authenticator, createCredentialSource } from './authenticate/index.ts'
import { certificateReader } from './certificate-reader.ts'
import type { Config } from './config/config.ts'
import { Keyring } from './custody/software/keyring.ts'
import { LockedMemory } from './custody/software/locked-memory.ts'
import { SoftwareCustody } from './custody/software/software-custody.ts'
import { loadTenants, rewrapTenants } from './custody/software/tenant-keys.ts'
import { LogKeys, sha256 } from './log-keys.ts'
import { describeError, type Logger } from './logging/logger.ts'
import { recoverOutbox } from './outbox.ts'
import { createCedarAuthorizer, PolicyFeed } from './policy/index.ts'
import { KeeperSeal } from './seal/keeper-seal.ts'
import { SqliteStore } from './storage/sqlite/sqlite-store.ts'
import { uuidV7 } from './uuid.ts'

/** The parts of a running keeper that the protocols and the start-up need. */
export interface Composition {
  readonly keeper: Keeper
  readonly ports: KeeperPorts
  readonly authenticator: Authenticator
  readonly log: FileAuditLog
  readonly logKeys: LogKeys
  readonly store: SqliteStore
  readonly custody: SoftwareCustody
  /** Loads what the first request would otherwise wait for. */
  warm(): void
  /** Figures for the metrics, as they are now. */
  gauges(): Readonly<Record<string, number>>
  close(): Promise<void>
}

/** Builds every adapter from the configuration and wires them. Nothing else does. */
export async function compose(
  config: Config,
  logger: Logger,
  clock: Clock = systemClock,
): Promise<Composition> {
  const data = join(config.folder, 'data')
  mkdirSync(data, { recursive: true, mode: 0o700 })
  const memory = new LockedMemory({ warn: (message) => logger.warn(message) })
  const keyring = new Keyring(memory)
  const anchor = new AnchorFile(join(data, 'anchor.json'))
  const known = anchor.read()
  const store = SqliteStore.open({
    folder: join(data, 'store'),
    guard: keyring,
    onDamage: ({ kind, id }) => logger.error('a stored record does not authenticate', { kind, id }),
    onFailure: (failure) => logger.error(describeError(failure)),
    ...(known !== undefined && { knownAnchor: known }),
  })
  try {
    return await composeWith(config, logger, clock, { data, memory, keyring, anchor, store })
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Foundation {
  readonly data: string
  readonly memory: LockedMemory
  readonly keyring: Keyring
  readonly anchor: AnchorFile
  readonly store: SqliteStore
}

async function composeWith(
  config: Config,
  logger: Logger,
  clock: Clock,
  { data, memory, keyring, anchor, store }: Foundation,
): Promise<Composition> {
  const logFolder = join(data, 'log')
  const logKeys = new LogKeys(join(data, 'log-keys.json'), config.audit.origin)
  const log = await FileAuditLog.open({
    folder: logFolder,
    origin: config.audit.origin,
    signers: logKeys.signers,
    // Its own last checkpoint is held against the Ed25519 signature alone: the cosignature says the same to
    // others, and costs a tenth of a second that a restart would wait for.
    verifiers: logKeys.verifiers.slice(0, 1),
    hash: (bytes) => hashLatin1('sha256', bytes),
    checkpointIntervalMs: config.audit.checkpointSeconds * 1_000,
    onFailure: (failure) => {
      if (failure === undefined) logger.info('the audit log accepts again')
      else logger.error(describeError(failure))
    },
  })
  if (log.tornBytes > 0)
    logger.warn('an entry that was never acknowledged was cut off the log', {
      bytes: log.tornBytes,
    })
  const reader = new AuditLogReader(log, new FileTileSource(logFolder), sha256)
  const authorizer = createCedarAuthorizer({
    report: ({ tenant, policies, message }) =>
      logger.error('a policy could not be evaluated', {
        tenant,
        policies: policies.join(' '),
        message,
      }),
  })
  const policyFeed = new PolicyFeed(store, authorizer)
  const authenticator = new Authenticator({
    store,
    clock,
    tenants: [DEFAULT_TENANT],
    prepare: (tenant) => policyFeed.ensure(tenant),
  })
  const report = (error: unknown): void => logger.error(`a fault inside: ${describeError(error)}`)
  let isRecovered = false
  const unsealLogKeys = (): Promise<void> =>
    logKeys.unseal(keyring, () => Math.floor(clock.now() / 1_000))
  const open = async (): Promise<void> => {
    await unsealLogKeys()
    // Once a process: later on, what waits in the outbox belongs to calls that are under way.
    if (isRecovered) return
    isRecovered = true
    const missing = await recoverOutbox(store, log, reader, report)
    if (missing > 0)
      logger.info('entries of the last run were added to the log', { count: missing })
  }
  const seal = new KeeperSeal({
    path: join(data, 'seal.json'),
    keyring,
    memory,
    clock,
    rewrapTenants: (rewrap) => rewrapTenants(store, SYSTEM_TENANT, rewrap),
    afterUnseal: async () => {
      const warn = (message: string): void => logger.error(message)
      if ((await loadTenants(store, SYSTEM_TENANT, keyring, warn)) > 0) await open()
    },
    warn: (message) => logger.warn(message),
  })
  const custody = new SoftwareCustody({
    keyring,
    memory,
    limits: {
      entriesMax: config.cache.materials,
      lockedBytesMax: config.cache.lockedBytes,
      secureHeapBytesMax: config.cache.privateKeyBytes,
    },
    findTenant: async (tenant) => (await store.get('tenant', SYSTEM_TENANT, tenant))?.value,
  })
  const ports: KeeperPorts = {
    store,
    custody,
    log,
    reader: createAuditReader(log, reader),
    authorizer,
    policies: authorizer,
    credentials: createCredentialSource(),
    certificates: certificateReader,
    seal,
    tenants: tenantKeys(keyring),
    clock,
    ids: { uuid: () => uuidV7(clock.now()) },
    isCurrent: (session) => authenticator.isCurrent(session),
    report,
    profile: config.algorithms.profile,
    observers: [
      authenticator.observe,
      policyFeed.observe,
      evictObserver(custody),
      // The first tenant is the system itself: with its KEK the log's own keys can be made.
      async (kind, _tenant, id) => {
        if (kind === 'tenant' && id === SYSTEM_TENANT && logKeys.signers.length === 0) {
          isRecovered = true
          await unsealLogKeys()
        }
      },
    ],
    cachedKeysMax: config.cache.keys,
  }
  const keeper = new Keeper(ports)
  keyring.onWipe(() => {
    keeper.keys.clear()
    authenticator.clear()
    policyFeed.reset()
    logKeys.seal()
  })
  const scheduler = new Scheduler(keeper, ports, report)
  scheduler.start()
  anchor.follow(
    () => store.anchor(),
    (error) => logger.warn(`the anchor was not written: ${describeError(error)}`),
  )
  return {
    keeper,
    ports,
    authenticator,
    log,
    logKeys,
    store,
    custody,
    warm: () => authorizer.warm(),
    gauges: () => ({
      sealed: seal.status().sealed ? 1 : 0,
      log_entries: log.size,
      log_commits: log.commits,
      log_failed: log.failure === undefined ? 0 : 1,
      open_materials: custody.openCount,
      locked_memory_bytes: memory.usedBytes,
      store_failed: store.failure === undefined ? 0 : 1,
    }),
    close: async () => {
      await scheduler.stop()
      if (!seal.status().sealed) await keeper.usage.close()
      anchor.stop()
      await log.close()
      anchor.write(store.anchor())
      await store.close()
      seal.seal()
    },
  }
}

function tenantKeys(keyring: Keyring): TenantKeys {
  return {
    createTenant: (id, name, at) => {
      const tenant = {
        id,
        name,
        state: 'active' as const,
        ...keyring.createTenantKeys(id, at),
        createdAt: at,
      }
      keyring.load(tenant)
      return tenant
    },
  }
}

/** Opened material of a changed version goes before the call that changed it is answered. */
function evictObserver(custody: SoftwareCustody): ChangeObserver {
  return (kind, _tenant, id) => {
    if (kind !== 'key-version') return
    const slash = id.indexOf('/')
    custody.evict(id.slice(0, slash) as never, Number(id.slice(slash + 1)))
  }
}
