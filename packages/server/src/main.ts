import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isKeeperError } from '@claviger/core'
import { compose, type Composition } from './compose.ts'
import type { Config } from './config/config.ts'
import { splitAddress } from './config/checks.ts'
import {
  AWS_CREDENTIALS,
  developmentConfig,
  openDevelopmentKeeper,
  writeProfile,
} from './development.ts'
import { dispatch, dispatchAws, type Mounted } from './dispatch.ts'
import { HttpsListener } from './listen/https-listener.ts'
import { ensureTls, readTls, replaceFile, type TlsMaterial } from './listen/tls-files.ts'
import { createLogger, describeError, type Logger } from './logging/logger.ts'
import { mountAws } from './mount-aws.ts'
import { mountContext } from './mount-context.ts'
import { mountRest } from './mount-rest.ts'
import { mountXks } from './mount-xks.ts'
import { backupPlan, ScheduledBackups } from './scheduled-backups.ts'
import type { ProtocolModule } from './protocols/protocol.ts'

export interface RunServerOptions {
  /** The embedded default: a folder of its own, made on first start. */
  readonly dev: boolean
  readonly folder?: string
  readonly port?: number
  /** Path of a TOML file. */
  readonly config?: string
}

const EX_USAGE = 2
const EX_FAILURE = 1

/** Runs a keeper until it is told to stop; the process's exit status. */
export async function runServer(options: RunServerOptions): Promise<number> {
  const read = await readConfig(options)
  if (typeof read === 'string') {
    process.stderr.write(`${read}\n`)
    return EX_USAGE
  }
  const logger = createLogger({
    ...read.log,
    write: (line) => process.stderr.write(line),
    now: () => Date.now(),
  })
  try {
    return await serve(read, options, logger)
  } catch (error) {
    logger.error(startFailure(error, read.folder))
    return EX_FAILURE
  }
}

async function readConfig(options: RunServerOptions): Promise<Config | string> {
  if (options.config === undefined) {
    return developmentConfig(resolve(options.folder ?? '.claviger'), options.port)
  }
  const { ConfigError, parseConfig } = await import('./config/parse-config.ts')
  try {
    return parseConfig(readFileSync(options.config, 'utf8'), dirname(resolve(options.config)))
  } catch (error) {
    if (error instanceof ConfigError) {
      return [
        `${options.config} has mistakes:`,
        ...error.mistakes.map((mistake) => `  ${mistake}`),
      ].join('\n')
    }
    return `cannot read ${options.config}: ${describeError(error)}`
  }
}

async function serve(config: Config, options: RunServerOptions, logger: Logger): Promise<number> {
  const stop = stopSignal()
  const keeper = await compose(config, logger)
  try {
    const warn = (message: string): void => logger.warn(message)
    const found = options.dev ? await openDevelopmentKeeper(keeper, config.folder, warn) : undefined
    const tls = await tlsOf(config)
    const scheduled = scheduledBackups(config, keeper, logger)
    const context = mountContext(keeper, logger, () => scheduled?.gauges() ?? {})
    const rest = mountRest(keeper, config, context)
    const aws = mountAws(keeper, config, context)
    const xks = mountXks(keeper, config, context)
    const listeners = await startListeners(config, tls, { rest, aws, xks }, logger)
    // A listener that is left open would keep the process alive over a keeper that is closed.
    try {
      const [listener] = listeners
      const url = urlOf(config.listen.address, listener.port)
      publishLogKeys(config, keeper, logger)
      if (options.dev) writeProfile(config.folder, url)
      announce(options, config, url, found, keeper)
      // What the first request would otherwise wait for, once the port is open.
      setImmediate(() => warm(keeper, rest, logger))
      scheduled?.start()
      const signal = await stop
      logger.info(`${signal}: finishing what is under way`)
    } finally {
      await scheduled?.stop()
      await Promise.all(listeners.map((listener) => listener.drain()))
      await rest.close()
      await aws.close()
    }
  } finally {
    await keeper.close()
  }
  logger.info('stopped')
  return 0
}

function scheduledBackups(
  config: Config,
  keeper: Composition,
  logger: Logger,
): ScheduledBackups | undefined {
  const plan = backupPlan(config)
  return plan === undefined ? undefined : new ScheduledBackups(plan, keeper, logger)
}

/** The one that serves every protocol, and those that a protocol has of its own. */
async function startListeners(
  { listen, aws }: Config,
  tls: TlsMaterial,
  mounted: Mounted,
  logger: Logger,
): Promise<readonly [HttpsListener, ...HttpsListener[]]> {
  const shared = {
    tls,
    connectionsMax: listen.connectionsMax,
    report: (error: Error) => logger.warn(`a connection failed: ${describeError(error)}`),
  }
  const { address, port } = listen
  const main = await HttpsListener.start({ ...shared, address, port, handle: dispatch(mounted) })
  const own = aws.listen === undefined ? undefined : splitAddress(aws.listen)
  if (own === undefined) return [main]
  try {
    return [main, await HttpsListener.start({ ...shared, ...own, handle: dispatchAws(mounted) })]
  } catch (error) {
    await main.drain()
    throw error
  }
}

function urlOf(address: string, port: number): string {
  return `https://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** The first request does the same where this fails. */
function warm(keeper: Composition, rest: ProtocolModule, logger: Logger): void {
  keeper.warm()
  rest.warm?.().catch((error: unknown) => logger.warn(`not warmed: ${describeError(error)}`))
}

/** Resolves with the first signal to stop; later ones change nothing, draining is bounded anyway. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve(signal))
  })
}

async function tlsOf(config: Config): Promise<TlsMaterial> {
  const { certificate, key, names } = config.listen
  if (certificate !== undefined && key !== undefined) {
    return readTls(certificate, key)
  }
  return ensureTls(config.folder, names, Date.now())
}

/** At once if there are any, or when the first initialization makes them. */
function publishLogKeys(config: Config, keeper: Composition, logger: Logger): void {
  const { logKeys } = keeper
  if (logKeys.vkeys.length > 0) writeLogKeys(config, logKeys.vkeys)
  // By then somebody waits for his shares: a file that cannot be written must not cost him those.
  else
    logKeys.onMade((vkeys) => {
      try {
        writeLogKeys(config, vkeys)
      } catch (error) {
        logger.warn(`log.vkey was not written: ${describeError(error)}`)
      }
    })
}

function writeLogKeys(config: Config, vkeys: readonly string[]): void {
  const path = join(config.folder, 'log.vkey')
  const text = `${vkeys.join('\n')}\n`
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) replaceFile(path, text, 0o644)
}

/** On standard output: what a person needs next. No secret is among it, only where it lies. */
function announce(
  options: RunServerOptions,
  config: Config,
  url: string,
  found: 'made' | 'found' | undefined,
  keeper: Composition,
): void {
  const { folder } = config
  const { initialized, sealed } = keeper.ports.seal.status()
  const lines = [`claviger listens on ${url}`]
  if (options.dev) {
    lines.push(
      `  data           ${folder} (${found === 'made' ? 'made now' : 'found again'})`,
      `  CA             ${join(folder, 'ca.pem')}`,
      `  administrator  ${join(folder, 'administrator.token')}`,
      `  developer      ${join(folder, 'developer.token')}`,
      `  for AWS        ${join(folder, AWS_CREDENTIALS)}`,
      '  seal           a key file: for development only',
      '',
      'In another terminal, in this folder:',
      '  npx claviger key create payments --spec aes-256',
      '  npx claviger key list',
      '  npx claviger demo README.md',
      `The API is described at ${url}/docs. Ctrl-C stops the keeper.`,
    )
  } else {
    if (config.listen.certificate === undefined) lines.push(`  CA    ${join(folder, 'ca.pem')}`)
    if (!initialized) lines.push('not initialized: run `claviger operator init`')
    else if (sealed) lines.push('sealed: run `claviger operator unseal`')
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** One line that says what is wrong and what to do. */
function startFailure(error: unknown, folder: string): string {
  if (isKeeperError(error)) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOSPC') return `the disk of ${folder} is full; free some space and start again`
  if (code === 'EACCES' || code === 'EPERM')
    return `${folder} cannot be read and written by this user`
  if (code === 'ENOTDIR' || code === 'EEXIST') return `${folder} is not a folder`
  if (code === 'EROFS') return `${folder} is on a read-only file system`
  return error instanceof Error && error.cause === undefined
    ? describeError(error)
    : (error as Error).message
}
