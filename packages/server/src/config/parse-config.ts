import { isAbsolute, join } from 'node:path'
import { ALGORITHM_PROFILES, SEAL_KINDS } from '@claviger/core'
import { parse, TomlError } from 'smol-toml'
import { LOG_LEVELS } from '../logging/logger.ts'
import { type Config, defaultConfig } from './config.ts'

/** Every mistake of a configuration, each with its place. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

const CONFIG_BYTES_MAX = 256 * 1024

type Check = (value: unknown) => string | undefined

interface Setting {
  readonly check: Check
  /** Paths are relative to the folder that the file lies in. */
  readonly path?: true
  readonly assign: (draft: Draft, value: never) => void
}

/** The configuration while it is put together. */
type Draft = { -readonly [K in keyof Config]: Mutable<Config[K]> }
type Mutable<T> = T extends object ? { -readonly [K in keyof T]: T[K] } : T

const text: Check = (value) =>
  typeof value === 'string' && value !== '' && value.length <= 4_096 ? undefined : 'must be a text'
const texts: Check = (value) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= 64 &&
  value.every((one) => text(one) === undefined)
    ? undefined
    : 'must be a list of texts'
const whole =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`
const oneOf =
  (known: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && known.includes(value)
      ? undefined
      : `must be one of ${known.join(', ')}`
/** c2sp.org/tlog-checkpoint: a schema-less URL without spaces or plus. */
const origin: Check = (value) =>
  typeof value === 'string' && /^[^\s+]{1,200}$/.test(value)
    ? undefined
    : 'must be a name without spaces or +'

/** One row for each setting, by its path in the file. */
export const SETTINGS: Readonly<Record<string, Setting>> = {
  folder: { check: text, path: true, assign: (draft, value) => (draft.folder = value) },
  'listen.address': { check: text, assign: (draft, value) => (draft.listen.address = value) },
  'listen.port': { check: whole(0, 65_535), assign: (draft, value) => (draft.listen.port = value) },
  'listen.names': { check: texts, assign: (draft, value) => (draft.listen.names = value) },
  'listen.certificate': {
    check: text,
    path: true,
    assign: (draft, value) => (draft.listen.certificate = value),
  },
  'listen.key': { check: text, path: true, assign: (draft, value) => (draft.listen.key = value) },
  'listen.body-bytes-max': {
    check: whole(1_024, 64 * 1024 * 1024),
    assign: (draft, value) => (draft.listen.bodyBytesMax = value),
  },
  'listen.connections-max': {
    check: whole(1, 1_000_000),
    assign: (draft, value) => (draft.listen.connectionsMax = value),
  },
  'listen.metrics-open': {
    check: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
    assign: (draft, value) => (draft.listen.metricsOpen = value),
  },
  'seal.kind': { check: oneOf(SEAL_KINDS), assign: (draft, value) => (draft.seal.kind = value) },
  'audit.origin': { check: origin, assign: (draft, value) => (draft.audit.origin = value) },
  'audit.checkpoint-seconds': {
    check: whole(1, 3_600),
    assign: (draft, value) => (draft.audit.checkpointSeconds = value),
  },
  'algorithms.profile': {
    check: oneOf(ALGORITHM_PROFILES),
    assign: (draft, value) => (draft.algorithms.profile = value),
  },
  'cache.keys': {
    check: whole(1, 10_000_000),
    assign: (draft, value) => (draft.cache.keys = value),
  },
  'cache.materials': {
    check: whole(1, 10_000_000),
    assign: (draft, value) => (draft.cache.materials = value),
  },
  'cache.locked-bytes': {
    check: whole(4_096, 1024 ** 3),
    assign: (draft, value) => (draft.cache.lockedBytes = value),
  },
  'cache.private-key-bytes': {
    check: whole(4_096, 1024 ** 3),
    assign: (draft, value) => (draft.cache.privateKeyBytes = value),
  },
  'log.level': { check: oneOf(LOG_LEVELS), assign: (draft, value) => (draft.log.level = value) },
  'log.format': {
    check: oneOf(['text', 'json']),
    assign: (draft, value) => (draft.log.format = value),
  },
}

/**
 * Reads a configuration once, or throws a ConfigError that names every mistake.
 *
 * @param base the folder that relative paths start from
 */
export function parseConfig(source: string, base: string): Config {
  if (source.length > CONFIG_BYTES_MAX) throw new ConfigError(['the configuration is too large'])
  const values = flatten(parseToml(source))
  const mistakes: string[] = []
  const draft: Draft = structuredClone(defaultConfig(''))
  for (const [path, value] of values) {
    const setting = Object.hasOwn(SETTINGS, path) ? SETTINGS[path] : undefined
    const wrong = setting === undefined ? `is not a setting${nearest(path)}` : setting.check(value)
    if (wrong !== undefined) mistakes.push(`${path}${lineOf(source, path)}: ${wrong}`)
    else if (setting?.path === true)
      setting.assign(draft, resolvePath(base, value as string) as never)
    else setting?.assign(draft, value as never)
  }
  if (draft.folder === '' && !values.has('folder'))
    mistakes.push('folder: is missing; say where the data goes')
  if ((draft.listen.certificate === undefined) !== (draft.listen.key === undefined)) {
    mistakes.push('listen: certificate and key go together')
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return draft as Config
}

function parseToml(source: string): Record<string, unknown> {
  try {
    return parse(source)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw new ConfigError([`line ${error.line}: ${error.message.split('\n')[0] ?? 'not TOML'}`])
  }
}

/** Settings by dotted path; two levels, as there are no deeper ones. */
function flatten(table: Record<string, unknown>): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [name, value] of Object.entries(table)) {
    const isTable =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Date)
    if (!isTable) flat.set(name, value)
    else for (const [inner, deep] of Object.entries(value)) flat.set(`${name}.${inner}`, deep)
  }
  return flat
}

function resolvePath(base: string, path: string): string {
  return isAbsolute(path) ? path : join(base, path)
}

/** Where a setting stands, as well as text search can tell. */
function lineOf(source: string, path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const line = source.split('\n').findIndex((candidate) => candidate.trimStart().startsWith(name))
  return line < 0 ? '' : ` (line ${line + 1})`
}

/** Suggests the setting of the same last word, if there is one. */
function nearest(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1)
  const meant = Object.keys(SETTINGS).find(
    (known) => known.endsWith(name) || known.endsWith(name.replaceAll('_', '-')),
  )
  return meant === undefined ? '' : `; did you mean ${meant}?`
}
