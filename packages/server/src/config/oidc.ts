import { isName, type Role, ROLES } from '@claviger/core'
import { type Check, path, whole } from './checks.ts'

/** Signatures by a key that the keeper does not have (RFC 7518, RFC 8037): never `none`, never a MAC. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number]

/** An issuer of OpenID Connect whose tokens let in; `docs/operations/oidc.md` explains each. */
export interface OidcIssuer {
  /** Exactly what `iss` says. */
  readonly issuer: string
  readonly audiences: readonly string[]
  /** Where its keys are; found by discovery when absent. */
  readonly jwksUri?: string
  /** A file of authorities (PEM) for its certificate, beside the system's own. */
  readonly authorities?: string
  readonly algorithms: readonly JwtAlgorithm[]
  readonly principalClaim: string
  /** Before the claim's value, it makes the principal's name; this or `principals`. */
  readonly prefix?: string
  /** Names by the claim's value. */
  readonly principals?: ReadonlyMap<string, string>
  /** Claims that must have one of these values. */
  readonly require: ReadonlyMap<string, readonly string[]>
  readonly rolesClaim?: string
  /** Roles by values of `rolesClaim`: what a session has at most. */
  readonly roles?: ReadonlyMap<string, Role>
  readonly clockToleranceSeconds: number
  readonly ageSecondsMax: number
  readonly keysAgeSecondsMax: number
}

type Draft = { -readonly [K in keyof OidcIssuer]: OidcIssuer[K] }

interface IssuerSetting {
  readonly check: Check
  readonly needed?: true
  readonly assign: (draft: Draft, value: never, base: (path: string) => string) => void
}

const TEXT_LENGTH_MAX = 512
const ENTRIES_MAX = 256
const ISSUERS_MAX = 16
const AGE_SECONDS_MAX = 86_400

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= TEXT_LENGTH_MAX

const text: Check = { accepts: `a text of 1 to ${TEXT_LENGTH_MAX} characters`, isValid: isText }

const list = (accepts: string, isValid: (value: unknown) => boolean): Check => ({
  accepts,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= ENTRIES_MAX &&
    value.every((one) => isValid(one)),
})

/** OpenID Connect Discovery 1.0 §3: no query, no fragment. */
const httpsUrl: Check = {
  accepts: 'a URL of `https`, without a query',
  isValid: (value) => {
    if (!isText(value) || !URL.canParse(value) || /[?#]/.test(value)) return false
    const { protocol, username, password } = new URL(value)
    return protocol === 'https:' && username === '' && password === ''
  },
}

const table = (accepts: string, isValid: (value: unknown) => boolean): Check => ({
  accepts,
  isValid: (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    if (value instanceof Date) return false
    const entries = Object.entries(value)
    return (
      entries.length > 0 &&
      entries.length <= ENTRIES_MAX &&
      entries.every(([name, one]) => isText(name) && isValid(one))
    )
  },
})

const texts = list('a list of texts', isText)
const isPrefix = (value: unknown): boolean => typeof value === 'string' && isName(`${value}a`)
const isRole = (value: unknown): boolean => (ROLES as readonly unknown[]).includes(value)
const mapOf = <Value>(value: object): ReadonlyMap<string, Value> =>
  new Map(Object.entries(value as Readonly<Record<string, Value>>))

/** One row for each setting of an `[[oidc]]`. */
export const OIDC_SETTINGS: Readonly<Record<string, IssuerSetting>> = {
  issuer: {
    check: httpsUrl,
    needed: true,
    assign: (draft, value) => (draft.issuer = value),
  },
  audiences: {
    check: texts,
    needed: true,
    assign: (draft, value) => (draft.audiences = value),
  },
  'jwks-uri': { check: httpsUrl, assign: (draft, value) => (draft.jwksUri = value) },
  authorities: {
    check: path,
    assign: (draft, value, resolve) => (draft.authorities = resolve(value)),
  },
  algorithms: {
    check: list(`a list of ${JWT_ALGORITHMS.map((one) => `\`${one}\``).join(', ')}`, (one) =>
      (JWT_ALGORITHMS as readonly unknown[]).includes(one),
    ),
    assign: (draft, value) => (draft.algorithms = value),
  },
  'principal-claim': { check: text, assign: (draft, value) => (draft.principalClaim = value) },
  prefix: {
    check: { accepts: 'the beginning of a name: a-z 0-9 . _ / -', isValid: isPrefix },
    assign: (draft, value) => (draft.prefix = value),
  },
  principals: {
    check: table('a table of names of principals by values of the claim', (one) => isName(one)),
    assign: (draft, value) => (draft.principals = mapOf(value)),
  },
  require: {
    check: table('a table of lists of texts by claim', texts.isValid),
    assign: (draft, value) => (draft.require = mapOf(value)),
  },
  'roles-claim': { check: text, assign: (draft, value) => (draft.rolesClaim = value) },
  roles: {
    check: table('a table of roles by values of the claim', isRole),
    assign: (draft, value) => (draft.roles = mapOf(value)),
  },
  'clock-tolerance-seconds': {
    check: whole(0, 300),
    assign: (draft, value) => (draft.clockToleranceSeconds = value),
  },
  'age-seconds-max': {
    check: whole(60, AGE_SECONDS_MAX),
    assign: (draft, value) => (draft.ageSecondsMax = value),
  },
  'keys-age-seconds-max': {
    check: whole(600, 7 * AGE_SECONDS_MAX),
    assign: (draft, value) => (draft.keysAgeSecondsMax = value),
  },
}

const DEFAULTS: Draft = {
  issuer: '',
  audiences: [],
  algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  principalClaim: 'sub',
  require: new Map(),
  clockToleranceSeconds: 30,
  ageSecondsMax: 3_600,
  keysAgeSecondsMax: AGE_SECONDS_MAX,
}

/** Reads every `[[oidc]]`; what is wrong is told to `mistake`. */
export function parseIssuers(
  value: unknown,
  resolve: (path: string) => string,
  mistake: (text: string) => void,
): readonly OidcIssuer[] {
  if (value === undefined) return []
  const isTables =
    Array.isArray(value) &&
    value.length <= ISSUERS_MAX &&
    value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  if (!isTables) {
    mistake(`oidc: must be at most ${ISSUERS_MAX} tables, each under [[oidc]]`)
    return []
  }
  const issuers = value.map((one, index) =>
    parseIssuer(one as object, resolve, (told) => mistake(`oidc ${index + 1}: ${told}`)),
  )
  for (const [index, { issuer }] of issuers.entries()) {
    if (issuers.findIndex((one) => one.issuer === issuer) < index) {
      mistake(`oidc ${index + 1}: issuer is there twice`)
    }
  }
  return issuers
}

function parseIssuer(
  given: object,
  resolve: (path: string) => string,
  mistake: (text: string) => void,
): OidcIssuer {
  const draft: Draft = { ...DEFAULTS }
  for (const [name, value] of Object.entries(given)) {
    const setting = Object.hasOwn(OIDC_SETTINGS, name) ? OIDC_SETTINGS[name] : undefined
    const shown = name.slice(0, 40).replace(/[^ -~]/g, '?')
    if (setting === undefined) mistake(`${shown} is not a setting`)
    else if (!setting.check.isValid(value)) {
      mistake(`${shown} must be ${setting.check.accepts.replaceAll('`', '')}`)
    } else setting.assign(draft, value as never, resolve)
  }
  for (const [name, { needed }] of Object.entries(OIDC_SETTINGS)) {
    if (needed === true && !Object.hasOwn(given, name)) mistake(`${name} is missing`)
  }
  // Without either, whoever an issuer names would be whoever has that name here: the administrator too.
  if (Object.hasOwn(given, 'prefix') === Object.hasOwn(given, 'principals')) {
    mistake('say prefix or principals, and not both')
  }
  if (Object.hasOwn(given, 'roles') !== Object.hasOwn(given, 'roles-claim')) {
    mistake('roles and roles-claim go together')
  }
  return draft
}
