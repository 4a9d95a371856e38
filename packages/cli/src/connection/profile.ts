import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { usageError } from '../cli-error.ts'

/** Where a keeper is and who is known to it here: `.claviger/profile.json`, found from the folder upward. */
export interface Profile {
  /** The profile's own file; paths in it are relative to its folder. */
  readonly path: string
  /** Found by looking for it, rather than named by the caller. */
  readonly found: boolean
  readonly address: string
  readonly ca?: string
  /** Token files by identity. */
  readonly identities: Readonly<Record<string, string>>
  readonly default?: string
  /** Which identity a command takes, by its first word. */
  readonly as: Readonly<Record<string, string>>
  readonly log?: string
  readonly logKeys?: string
}

const PROFILE = join('.claviger', 'profile.json')
const PROFILE_BYTES_MAX = 64 * 1024

/** @param named a path, from `--profile` or `CLAVIGER_PROFILE` */
export function findProfile(cwd: string, named: string | undefined): Profile | undefined {
  if (named !== undefined && named !== '') return readProfile(resolve(cwd, named), false)
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, PROFILE)
    if (existsSync(path)) return readProfile(path, true)
    if (dirname(folder) === folder) return undefined
  }
}

function readProfile(path: string, found: boolean): Profile {
  let text: string
  try {
    const { size, uid } = statSync(path)
    // SAFETY: a profile says where tokens go, so one that somebody else laid in a folder above is not taken.
    if (found && process.getuid !== undefined && uid !== process.getuid()) {
      throw usageError(`${path} belongs to another user; name it with --profile if you trust it`)
    }
    if (size > PROFILE_BYTES_MAX) throw usageError(`${path} is too large for a profile`)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw usageError(`the profile ${path} cannot be read (${String(error.code)})`)
  }
  return { ...parseProfile(text, path), path, found }
}

function parseProfile(text: string, path: string): Omit<Profile, 'path' | 'found'> {
  const wrong = (what: string): Error => usageError(`the profile ${path} is not right: ${what}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('it is not JSON')
  }
  if (!isRecord(value)) throw wrong('it is not a JSON object')
  const folder = dirname(path)
  const { address, ca, log, logKeys } = value
  if (typeof address !== 'string') throw wrong('`address` is missing')
  for (const name of ['ca', 'log', 'logKeys', 'default']) {
    const member = value[name]
    if (member !== undefined && typeof member !== 'string') throw wrong(`\`${name}\` is not text`)
  }
  const identities = textsOf(value['identities'])
  const as = textsOf(value['as'])
  if (identities === undefined) throw wrong('`identities` is not an object of texts')
  if (as === undefined) throw wrong('`as` is not an object of texts')
  return {
    address,
    ...(typeof ca === 'string' && { ca: resolve(folder, ca) }),
    ...(typeof log === 'string' && { log: resolve(folder, log) }),
    ...(typeof logKeys === 'string' && { logKeys: resolve(folder, logKeys) }),
    identities: Object.fromEntries(
      Object.entries(identities).map(([name, file]) => [name, resolve(folder, file)]),
    ),
    ...(typeof value['default'] === 'string' && { default: value['default'] }),
    as,
  }
}

function textsOf(value: unknown): Record<string, string> | undefined {
  if (value === undefined) return {}
  if (!isRecord(value)) return undefined
  const entries = Object.entries(value)
  return entries.every(([, member]) => typeof member === 'string')
    ? (value as Record<string, string>)
    : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
