import { mkdirSync, readFileSync } from 'node:fs'
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
  type Tenant,
  type TenantId,
} from '@claviger/core'
import { createApprovalCrypto } from './approval-crypto.ts'
import { AnchorFile } from './anchor-file.ts'
import type { FileAuditLog } from './audit/index.ts'
import { createAuditReader } from './audit-reader.ts'
import { Authenticator, createCredentialSource } from './authenticate/index.ts'
import { BackupCreator } from './backup/create-backup.ts'
import { RESTORED_FILE } from './backup/restored-file.ts'
import { certificateReader } from './certificate-reader.ts'
import type { Config } from './config/config.ts'
import { Keyring } from './custody/software/keyring.ts'
import { LockedMemory } from './custody/software/locked-memory.ts'
import { SoftwareCustody } from './custody/software/software-custody.ts'
import { rewrapTenants } from './custody/software/tenant-keys.ts'
import { RoutedCustody } from './custody/routed-custody.ts'
import { KeyStores } from './key-stores.ts'
import { createEmergencyShares } from './emergency-shares.ts'
import { EmergencyWatch } from './emergency-watch.ts'
import type { LogKeys } from './log-keys.ts'
import { describeError, type Logger } from './logging/logger.ts'
import { openJwtVerifier } from './oidc-issuers.ts'
import { type OpenedLog, openLog } from './open-log.ts'
import { type CedarAuthorizer, createCedarAuthorizer, PolicyFeed } from './policy/index.ts'
import type { RelyingParty } from './passkeys.ts'
import { KeeperSeal } from './seal/keeper-seal.ts'
import { TenantSeals } from './seal/tenant/tenant-seals.ts'
import { RestoredKeeper } from './restored-keeper.ts'
import { principalPolicies } from './principal-policies.ts'
import { SqliteStore } from './storage/sqlite/sqlite-store.ts'
import { Unsealing } from './unsealing.ts'
import { uuidV7 } from './uuid.ts'
import { VERSION } from './version.ts'

/** The parts of a running keeper that the protocols and the start-up need. */
export interface Composition {
  readonly keeper: Keeper
  readonly ports: KeeperPorts
  readonly authenticator: Authenticator
  readonly log: FileAuditLog
  readonly logKeys: LogKeys
  readonly store: SqliteStore
  readonly custody: SoftwareCustody
  readonly emergencies: EmergencyWatch
  readonly keyStores: KeyStores
  /** Loads what the first request would otherwise wait for. */
  warm(): void
  /** Calls `wipe` whenever the keeper, or a tenant by a seal of its own, is sealed: what was derived from its secrets goes with them. */
  readonly onSeal: (wipe: () => void) => void
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
  foundation: Foundation,
): Promise<Composition> {
  const { data, keyring, store } = foundation
  const opened = await openLog(data, config, logger)
  const report = (error: unknown): void => logger.error(`a fault inside: ${describeError(error)}`)
  const unsealing = new Unsealing(store, keyring, opened, clock, logger)
  const emergencies = new EmergencyWatch(store, clock, logger)
  const restored = new RestoredKeeper(join(data, RESTORED_FILE), report)
  const seal = openSeal(foundation, clock, logger, [
    () => unsealing.complete(),
    () => restored.takeUp(keeper, ports),
    () => emergencies.load(),
  ])
  const access = openAccess(config, store, clock, logger, () => keeper)
  const custody = openCustody(config, foundation)
  const keyStores = openKeyStores(config, clock, custody, keyring)
  const { log, reader } = opened
  const ports: KeeperPorts = {
    store,
    custody: new RoutedCustody(custody, { xks: keyStores.custody }),
    log,
    reader: createAuditReader(log, reader),
    authorizer: access.authorizer,
    policies: access.authorizer,
    approvals: createApprovalCrypto(relyingParty(config)),
    backups: openBackups(config, foundation, opened),
    emergency: createEmergencyShares(foundation.memory),
    principalPolicies,
    credentials: createCredentialSource(),
    certificates: certificateReader,
    seal,
    tenants: new TenantSeals({ ...foundation, clock, findTenant: tenantFinder(store) }),
    clock,
    ids: { uuid: () => uuidV7(clock.now()) },
    isCurrent: (session) => access.authenticator.isCurrent(session),
    report,
    profile: config.algorithms.profile,
    assertTakenUp: (tenant) => restored.assertTakenUp(tenant),
    observers: observersOf(access, custody, unsealing, emergencies),
    cachedKeysMax: config.cache.keys,
  }
  const keeper = new Keeper(ports)
  keyStores.bind(keeper)
  followSeals(keyring, keeper, access, opened)
  const scheduler = startScheduler(keeper, ports, report)
  followAnchor(foundation, logger)
  return {
    keeper,
    ports,
    authenticator: access.authenticator,
    log,
    logKeys: opened.keys,
    store,
    custody,
    keyStores,
    emergencies,
    warm: () => access.authorizer.warm(),
    onSeal: (wipe) => [keyring.onWipe(wipe), keyring.onClose(wipe)],
    gauges: () => gauges(keeper, ports, opened.log, foundation, custody),
    close: async () => {
      keyStores.close()
      await restored.close()
      return close(keeper, ports, scheduler, opened.log, foundation)
    },
  }
}

/** What was opened or decided by the root key, or by a tenant's own seal, goes with it. */
function followSeals(keyring: Keyring, keeper: Keeper, access: Access, { keys }: OpenedLog): void {
  keyring.onWipe(() => {
    keeper.keys.clear()
    keeper.attachments.clear()
    keeper.guards.clear()
    access.clear()
    keys.seal()
  })
  keyring.onClose((tenant) => access.authenticator.clear(tenant))
}

function startScheduler(...parts: ConstructorParameters<typeof Scheduler>): Scheduler {
  const scheduler = new Scheduler(...parts)
  scheduler.start()
  return scheduler
}

function followAnchor({ anchor, store }: Foundation, logger: Logger): void {
  anchor.follow(
    () => store.anchor(),
    (error) => logger.warn(`the anchor was not written: ${describeError(error)}`),
  )
}

function relyingParty({ passkeys }: Config): RelyingParty | undefined {
  const { rpId: id, origins } = passkeys
  return id === undefined ? undefined : { id, origins: origins ?? [`https://${id}`] }
}

function openBackups(
  { audit }: Config,
  { data, store }: Foundation,
  { log, keys }: OpenedLog,
): BackupCreator {
  return new BackupCreator({
    store,
    log,
    origin: audit.origin,
    signers: keys.signers,
    folder: join(data, 'backup'),
    files: () => ({
      seal: readFileSync(join(data, 'seal.json'), 'utf8'),
      logKeys: readFileSync(join(data, 'log-keys.json'), 'utf8'),
    }),
    version: VERSION,
  })
}

function openSeal(
  { data, memory, keyring, store }: Foundation,
  clock: Clock,
  logger: Logger,
  steps: readonly (() => Promise<void>)[],
): KeeperSeal {
  return new KeeperSeal({
    path: join(data, 'seal.json'),
    keyring,
    memory,
    clock,
    rewrapTenants: (rewrap) => rewrapTenants(store, SYSTEM_TENANT, rewrap),
    afterUnseal: async () => {
      for (const step of steps) await step()
    },
    warn: (message) => logger.warn(message),
  })
}

interface Access {
  readonly authorizer: CedarAuthorizer
  readonly authenticator: Authenticator
  readonly observers: readonly ChangeObserver[]
  clear(): void
}

/** Who comes in, and what they may do; the keeper is made after it, and asked only when somebody comes. */
function openAccess(
  { oidc }: Config,
  store: SqliteStore,
  clock: Clock,
  logger: Logger,
  keeper: () => Keeper,
): Access {
  const authorizer = createCedarAuthorizer({
    now: () => clock.now(),
    report: ({ tenant, policies, message }) =>
      logger.error('a policy could not be evaluated', {
        tenant,
        policies: policies.join(' '),
        message,
      }),
  })
  const feed = new PolicyFeed(store, authorizer)
  const prepare = (tenant: TenantId): void | Promise<void> => feed.ensure(tenant)
  const jwts = openJwtVerifier(oidc, clock, (issuer, error) =>
    logger.warn(`the keys of an issuer were not had: ${describeError(error)}`, { issuer }),
  )
  const authenticator = new Authenticator({
    store,
    clock,
    tenants: [DEFAULT_TENANT],
    prepare,
    openSharedSecret: (token) => keeper().openSharedSecret(token),
    onFailure: (login) => keeper().failedLogins.tell(login),
    ...(jwts !== undefined && { jwts }),
  })
  return {
    authorizer,
    authenticator,
    observers: [authenticator.observe, feed.observe],
    clear: () => {
      authenticator.clear()
      feed.reset()
    },
  }
}

function openCustody(config: Config, { keyring, memory, store }: Foundation): SoftwareCustody {
  const { materials, lockedBytes, privateKeyBytes } = config.cache
  return new SoftwareCustody({
    keyring,
    memory,
    limits: {
      entriesMax: materials,
      lockedBytesMax: lockedBytes,
      secureHeapBytesMax: privateKeyBytes,
    },
    findTenant: tenantFinder(store),
  })
}

/** Keys that are kept behind the proxies of external key stores. */
function openKeyStores({ aws }: Config, clock: Clock, own: SoftwareCustody, keyring: Keyring) {
  const { xksHosts: hosts, xksAuthorities: authorities, xksTimeoutMs: timeoutMs } = aws
  return new KeyStores({
    own,
    keyring,
    timeoutMs,
    now: () => clock.now(),
    ...(hosts !== undefined && { hosts }),
    ...(authorities !== undefined && { authorities }),
  })
}

function gauges(
  { failedLogins }: Keeper,
  { seal }: KeeperPorts,
  log: FileAuditLog,
  { memory, store }: Foundation,
  custody: SoftwareCustody,
): Readonly<Record<string, number>> {
  return {
    sealed: seal.status().sealed ? 1 : 0,
    failed_logins: failedLogins.total,
    log_entries: log.size,
    log_commits: log.commits,
    log_failed: log.failure === undefined ? 0 : 1,
    open_materials: custody.openCount,
    locked_memory_bytes: memory.usedBytes,
    store_failed: store.failure === undefined ? 0 : 1,
  }
}

/** Each step whatever became of the ones before: a full disk must not leave keys in memory. */
function close(
  keeper: Keeper,
  { seal, backups }: KeeperPorts,
  scheduler: Scheduler,
  log: FileAuditLog,
  { anchor, store }: Foundation,
): Promise<void> {
  return attemptAll([
    () => scheduler.stop(),
    () => backups.close(),
    async () => {
      if (!seal.status().sealed) await keeper.usage.close()
    },
    () => keeper.failedLogins.flush(),
    () => anchor.stop(),
    () => log.close(),
    () => anchor.write(store.anchor()),
    () => store.close(),
    () => seal.seal(),
  ])
}

/** Does everything, and throws the first failure afterwards. */
async function attemptAll(steps: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

function tenantFinder(store: SqliteStore): (id: TenantId) => Promise<Tenant | undefined> {
  return async (id) => (await store.get('tenant', SYSTEM_TENANT, id))?.value
}

function observersOf(
  { observers }: Access,
  custody: SoftwareCustody,
  unsealing: Unsealing,
  emergencies: EmergencyWatch,
): readonly ChangeObserver[] {
  return [...observers, evictObserver(custody), unsealing.observe, emergencies.observe]
}

/** Opened material of a changed version goes before the call that changed it is answered. */
function evictObserver(custody: SoftwareCustody): ChangeObserver {
  return (kind, _tenant, id) => {
    if (kind !== 'key-version') return
    const slash = id.indexOf('/')
    custody.evict(id.slice(0, slash) as never, Number(id.slice(slash + 1)))
  }
}
