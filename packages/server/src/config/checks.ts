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

export const hosts: Check = {
  accepts: `a list of 1 to ${NAMES_MAX} host names and IP addresses`,
  isValid: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= NAMES_MAX &&
    value.every((one) => isHost(one)),
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
