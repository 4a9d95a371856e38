import { isIP } from 'node:net'

/** What a setting takes: in words, for the document and for mistakes, and as a test. */
export interface Check {
  /** Goes after "must be". */
  readonly accepts: string
  readonly isValid: (value: unknown) => boolean
}

const TEXT_LENGTH_MAX = 4_096
const NAMES_MAX = 64
/** RFC 1123 §2.1, with the wildcard of RFC 9525 §6.3 and the underscore that is in use. */
const HOST_NAME =
  /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/
const HOST_NAME_LENGTH_MAX = 253

/** Secrets lie in files that the configuration names, never in it: neither a key nor a line break fits. */
export const path: Check = {
  accepts: 'the path of a file or folder',
  isValid: (value) =>
    typeof value === 'string' &&
    value !== '' &&
    value.length <= TEXT_LENGTH_MAX &&
    value.isWellFormed() &&
    // oxlint-disable-next-line no-control-regex -- no path that is meant has one
    !/[\u0000-\u001f\u007f]|-----BEGIN/.test(value),
}

const isHost = (value: unknown): boolean =>
  typeof value === 'string' &&
  !value.includes('%') &&
  (isIP(value) !== 0 || (value.length <= HOST_NAME_LENGTH_MAX && HOST_NAME.test(value)))

export const address: Check = {
  accepts: 'an IP address or a host name',
  isValid: (value) => isHost(value) && !String(value).startsWith('*'),
}

const ADDRESS_AND_PORT = /^(.+):(\d{1,5})$/

export const addressAndPort: Check = {
  accepts: 'an address and a port, such as `127.0.0.1:8421` or `[::1]:8421`',
  isValid: (value) => typeof value === 'string' && splitAddress(value) !== undefined,
}

/** The parts of `address:port`; undefined for what is not of that form. */
export function splitAddress(
  text: string,
): { readonly address: string; readonly port: number } | undefined {
  const match = ADDRESS_AND_PORT.exec(text)
  if (match === null) return undefined
  const [, host = '', port] = match
  const bracketed = /^\[(.*)\]$/.exec(host)?.[1]
  const address = bracketed ?? host
  // Without brackets nobody could tell where an IPv6 address ends (RFC 3986 §3.2.2).
  if ((bracketed !== undefined) !== (isIP(address) === 6)) return undefined
  if (!isHost(address) || address.startsWith('*') || Number(port) > 65_535) return undefined
  return { address, port: Number(port) }
}

export const account: Check = {
  accepts: '12 digits',
  isValid: (value) => typeof value === 'string' && /^\d{12}$/.test(value),
}

/** `us-east-1`, `us-gov-west-1`, `cn-north-1`. */
const REGION = /^[a-z]{2,8}(?:-[a-z]{2,16}){1,3}-\d{1,2}$/
const REGIONS_MAX = 64

export const region: Check = {
  accepts: 'the name of a region, such as `us-east-1`',
  isValid: (value) => typeof value === 'string' && REGION.test(value),
}

export const regions: Check = {
  accepts: `a list of 1 to ${REGIONS_MAX} names of regions`,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= REGIONS_MAX &&
    value.every((one) => region.isValid(one)),
}

export const hosts: Check = {
  accepts: `a list of 1 to ${NAMES_MAX} host names and IP addresses`,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= NAMES_MAX &&
    value.every((one) => isHost(one)),
}

/** `[/prefix]` of `XksProxyUriPath`, which has 128 characters with `/kms/xks/v1`. */
const URI_PREFIX = /^(?=.{2,117}$)(?:\/[A-Za-z0-9_-]+)+$/

export const uriPrefix: Check = {
  accepts: 'a path of letters, digits, `-` and `_`, such as `/team-a`',
  isValid: (value) => typeof value === 'string' && URI_PREFIX.test(value),
}

/** WebAuthn §4: what browsers take as the id of a relying party; never an address. */
export const domain: Check = {
  accepts: 'a domain in lower case, such as `example.com`',
  isValid: (value) =>
    isHost(value) && isIP(String(value)) === 0 && /^[a-z0-9.-]+$/.test(String(value)),
}

const ORIGINS_MAX = 16

export const origins: Check = {
  accepts: `a list of 1 to ${ORIGINS_MAX} origins, such as \`https://example.com\``,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= ORIGINS_MAX &&
    value.every(isOrigin),
}

/** As browsers write it; a page without TLS is one on the same machine. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { origin, protocol, hostname } = new URL(value)
  return origin === value && (protocol === 'https:' || isLocalPage(protocol, hostname))
}

const isLocalPage = (protocol: string, hostname: string): boolean =>
  protocol === 'http:' && hostname === 'localhost'

const RECIPIENTS_MAX = 16
/** Bech32 in lower case; age itself checks the rest. */
const RECIPIENT = /^age1[a-z0-9]{50,4000}$/

export const recipients: Check = {
  accepts: `a list of 1 to ${RECIPIENTS_MAX} recipients of age (\`age1…\`)`,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= RECIPIENTS_MAX &&
    value.every((one) => typeof one === 'string' && RECIPIENT.test(one)),
}

export const flag: Check = {
  accepts: '`true` or `false`',
  isValid: (value) => typeof value === 'boolean',
}

/** c2sp.org/tlog-checkpoint: a schema-less URL without spaces or plus. */
export const origin: Check = {
  accepts: 'a name of printable ASCII without spaces or `+`',
  isValid: (value) => typeof value === 'string' && /^[!-*,-~]{1,200}$/.test(value),
}

export function whole(least: number, most: number): Check {
  return {
    accepts: `a whole number from ${least} to ${most}`,
    isValid: (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most,
  }
}

export function oneOf(known: readonly string[]): Check {
  return {
    accepts: `one of ${known.map((one) => `\`${one}\``).join(', ')}`,
    isValid: (value) => typeof value === 'string' && known.includes(value),
  }
}
