import { isAbsolute, join } from 'node:path'
import { parse, TomlError } from 'smol-toml'
import { type Config, defaultConfig } from './config.ts'
import { settingLines, settingPath } from './setting-place.ts'
import { parseIssuers } from './oidc.ts'
import { type Draft, type Setting, SETTINGS } from './settings.ts'

export { SETTINGS } from './settings.ts'

/** Every mistake of a configuration, each with its place. Never a value: it may be a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly mistakes: readonly string[]

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'))
    this.mistakes = mistakes
  }
}

const CONFIG_LENGTH_MAX = 256 * 1024
/** A setting is in a table, and its value is a list at most. */
const DEPTH_MAX = 16
const PATH_SHOWN_MAX = 80
const MISTAKES_MAX = 100

/**
 * Reads a configuration once, or throws a ConfigError that names every mistake.
 *
 * @param base the folder that relative paths start from
 */
export function parseConfig(source: string, base: string): Config {
  if (source.length > CONFIG_LENGTH_MAX) throw new ConfigError(['the configuration is too large'])
  const { oidc, ...settings } = parseToml(source)
  const values = flatten(settings)
  const mistakes: string[] = []
  const draft: Draft = structuredClone(defaultConfig(''))
  const issuers = parseIssuers(
    oidc,
    (path) => resolvePath(base, path),
    (mistake) => mistakes.push(mistake),
  )
  let lines: ReadonlyMap<string, number> | undefined
  for (const [path, value] of values) {
    const setting = Object.hasOwn(SETTINGS, path) ? SETTINGS[path] : undefined
    if (setting === undefined || !setting.check.isValid(value)) {
      lines ??= settingLines(source)
      const wrong = setting === undefined ? notASetting(path) : mustBe(setting)
      mistakes.push(`${shown(path)}${placeOf(lines, path)}: ${wrong}`)
    } else {
      const assigned = setting.path === true ? resolvePath(base, value as string) : value
      setting.assign(draft, assigned as never)
    }
  }
  if (!values.has('folder')) mistakes.push('folder: is missing; say where the data goes')
  if (values.has('listen.certificate') !== values.has('listen.key')) {
    mistakes.push('listen: certificate and key go together')
  }
  if (draft.aws.regions !== undefined && !draft.aws.regions.includes(draft.aws.region)) {
    mistakes.push('aws: region must be one of regions')
  }
  if (values.has('backup.folder') !== values.has('backup.recipients')) {
    mistakes.push('backup: folder and recipients go together')
  }
  if (!areWithin(draft.passkeys)) {
    mistakes.push('passkeys: origins must be at rp-id, or below it')
  }
  if (mistakes.length > MISTAKES_MAX) {
    mistakes.splice(MISTAKES_MAX, Infinity, `and ${mistakes.length - MISTAKES_MAX} more`)
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return { ...(draft as Config), oidc: issuers }
}

/** No browser would let a page elsewhere use the id (WebAuthn §5.1.4.1). */
function areWithin({ rpId, origins = [] }: Config['passkeys']): boolean {
  return origins.every((origin) => {
    const { hostname } = new URL(origin)
    return rpId !== undefined && (hostname === rpId || hostname.endsWith(`.${rpId}`))
  })
}

function parseToml(source: string): Record<string, unknown> {
  try {
    return parse(source, { maxDepth: DEPTH_MAX })
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    // Below its first line the message quotes the text, and secrets may be written there by mistake.
    throw new ConfigError([`line ${error.line}: ${error.message.split('\n', 1)[0] ?? 'not TOML'}`])
  }
}

/** Settings by path; of a table that has no setting in it, its own. */
function flatten(table: Record<string, unknown>): Map<string, unknown> {
  const flat = new Map<string, unknown>()
  for (const [name, value] of Object.entries(table)) {
    const inner = isTable(value) ? Object.entries(value) : []
    if (inner.length === 0 && !(isTable(value) && isSection(name))) {
      flat.set(settingPath([name]), value)
    }
    for (const [key, deep] of inner) flat.set(settingPath([name, key]), deep)
  }
  return flat
}

function isTable(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  )
}

function isSection(name: string): boolean {
  return Object.keys(SETTINGS).some((path) => path.startsWith(`${name}.`))
}

function resolvePath(base: string, path: string): string {
  return isAbsolute(path) ? path : join(base, path)
}

/** A setting of an inline table stands where the table does. */
function placeOf(lines: ReadonlyMap<string, number>, path: string): string {
  const line = lines.get(path) ?? lines.get(path.slice(0, path.indexOf('.')))
  return line === undefined ? '' : ` (line ${line})`
}

/** A name that nobody meant is not repeated at length, and nothing in it reaches a terminal as a command. */
function shown(path: string): string {
  const short = path.length > PATH_SHOWN_MAX ? `${path.slice(0, PATH_SHOWN_MAX)}…` : path
  return short.replace(/[^ -~…]/g, '?')
}

/** The document's Markdown without its marks. */
function mustBe({ check }: Setting): string {
  return `must be ${check.accepts.replaceAll('`', '')}`
}

/** Suggests the setting of the same last word, if there is one. */
function notASetting(path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1).replaceAll('_', '-')
  const meant = Object.keys(SETTINGS).find(
    (known) => known.slice(known.lastIndexOf('.') + 1) === name,
  )
  return `is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`
}
