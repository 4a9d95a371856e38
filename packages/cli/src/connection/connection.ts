import { readFileSync, realpathSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve } from 'node:path'
import { usageError } from '../cli-error.ts'
import { findProfile, type Profile } from './profile.ts'

/** The options that every command takes which talks to a keeper. */
export interface ConnectionOptions {
  readonly address?: string
  readonly profile?: string
  readonly as?: string
  readonly tokenFile?: string
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly timeout?: number
}

export interface Connection {
  readonly address: string
  readonly token: string | undefined
  /** Name of the profile's identity whose token it is. */
  readonly identity: string | undefined
  readonly profile: Profile | undefined
  readonly ca: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

interface Place {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The command's first word, by which a profile may choose an identity. */
  readonly command: string
}

const TOKEN_BYTES_MAX = 4_096

/** From options, then the environment, then the profile. */
export function resolveConnection(options: ConnectionOptions, place: Place): Connection {
  const { env, cwd } = place
  const given = nonEmpty(options.address) ?? nonEmpty(env['CLAVIGER_ADDRESS'])
  const known = findProfile(cwd, options.profile ?? env['CLAVIGER_PROFILE'])
  // What a profile knows is for its own keeper: its tokens do not go to another address.
  const profile =
    given === undefined || known === undefined || originOf(given) === originOf(known.address)
      ? known
      : undefined
  const address = given ?? profile?.address
  if (address === undefined) {
    throw usageError(
      'no keeper is known here; start one with `claviger server --dev`, or name one with --address',
    )
  }
  assertSafeAddress(address)
  if (given === undefined && profile?.found === true) assertLocal(address, profile.path)
  const { token, identity, fromProfile } = tokenOf(options, place, profile)
  if (token !== undefined && !fromProfile && given === undefined && profile?.found === true) {
    throw usageError(
      `the token is yours but the address is from ${profile.path}, which was found by chance; say --address too`,
    )
  }
  const read = (file: string | undefined, what: string): string | undefined =>
    file === undefined ? undefined : readText(resolve(cwd, file), what)
  return {
    address,
    token,
    identity,
    profile,
    ca: read(options.ca ?? nonEmpty(env['CLAVIGER_CA']) ?? profile?.ca, 'CA file'),
    cert: read(options.cert, 'certificate'),
    key: read(options.key, "certificate's key"),
  }
}

function originOf(address: string): string {
  try {
    return new URL(address).origin
  } catch {
    throw usageError('the address is not a URL; it is like https://keeper.example:8420')
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whoever can put a file above this folder must not choose who is sent tokens and plaintext. */
function assertLocal(address: string, path: string): void {
  const { hostname } = new URL(originOf(address))
  if (LOOPBACK.test(hostname)) return
  throw usageError(
    `${path} was found by chance and names ${hostname}; say --profile or --address if you mean it`,
  )
}

/** Tokens and plaintext never go over a network in clear. */
function assertSafeAddress(address: string): void {
  const { protocol, hostname } = new URL(originOf(address))
  if (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname))) return
  throw usageError('the address must be https; plain http is for this machine only')
}

interface FoundToken {
  readonly token: string | undefined
  readonly identity?: string
  readonly fromProfile: boolean
}

function tokenOf(
  options: ConnectionOptions,
  place: Place,
  profile: Profile | undefined,
): FoundToken {
  const { env, cwd, command } = place
  if (options.tokenFile !== undefined) {
    return { token: readToken(resolve(cwd, options.tokenFile)), fromProfile: false }
  }
  if (options.as !== undefined) return identityToken(options.as, profile)
  // A certificate that is named is the credential that is meant.
  if (options.cert !== undefined) return { token: undefined, fromProfile: false }
  const file = nonEmpty(env['CLAVIGER_TOKEN_FILE'])
  if (file !== undefined) return { token: readToken(resolve(cwd, file)), fromProfile: false }
  const token = nonEmpty(env['CLAVIGER_TOKEN'])
  if (token !== undefined) return { token: token.trim(), fromProfile: false }
  const identity = profile?.as[command] ?? profile?.default
  return identity === undefined
    ? { token: undefined, fromProfile: false }
    : identityToken(identity, profile)
}

function identityToken(identity: string, profile: Profile | undefined): FoundToken {
  const file = profile?.identities[identity]
  if (file === undefined) {
    const names = Object.keys(profile?.identities ?? {}).join(', ')
    throw usageError(
      `no identity \`${identity}\` is known here${names === '' ? '' : `; there are ${names}`}`,
    )
  }
  if (profile?.found === true) assertBeside(file, profile.path)
  return { token: readToken(file), identity, fromProfile: true }
}

/**
 * SAFETY: a profile that was found may have come with somebody's archive or repository, and says where tokens
 * go: it has none sent but those that lie beside it, links followed.
 */
function assertBeside(file: string, profile: string): void {
  let place: string
  try {
    place = relative(realpathSync(dirname(profile)), realpathSync(file))
  } catch {
    // Not there: told where it is read.
    return
  }
  if (!place.startsWith('..') && !isAbsolute(place)) return
  throw usageError(
    `${profile} was found by chance and names a token elsewhere; name the profile with --profile if you trust it`,
  )
}

function readToken(path: string): string {
  const token = readText(path, 'token file').trim()
  if (token === '' || token.length > TOKEN_BYTES_MAX || /\s/.test(token)) {
    throw usageError(`${path} does not hold a token`)
  }
  return token
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw usageError(`the ${what} ${path} cannot be read${code}`)
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}
