import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { usageError } from './cli-error.ts'

/** What every command that talks to a keeper takes. */
export function connectionOptions(command: Command): Command {
  return jsonOption(command)
    .optionsGroup('Connection:')
    .option('--as <identity>', "the profile's identity to act as")
    .option('--address <url>', "the keeper's address (CLAVIGER_ADDRESS)")
    .option('--token-file <file>', 'a file that holds the bearer token (CLAVIGER_TOKEN_FILE)')
    .option('--profile <file>', 'the profile to use (CLAVIGER_PROFILE)')
    .option('--ca <file>', 'certificates of the authorities to trust, PEM (CLAVIGER_CA)')
    .option('--cert <file>', 'client certificate, PEM')
    .option('--key <file>', "the client certificate's key, PEM")
    .option('--timeout <seconds>', 'how long one call may take', parseCount)
    .option('--because <reason>', 'why, for those who have to approve it', parseReason)
}

export function jsonOption(command: Command): Command {
  return command.option('--json', 'write the answer as JSON')
}

export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText(
    'after',
    `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`,
  )
}

export function contextOption(command: Command): Command {
  return command.option(
    '--context <name=value>',
    'a public fact the ciphertext is bound to; may be repeated, and is needed to decrypt',
    collectPair,
  )
}

export function labelOption(command: Command, what: string): Command {
  return command.option('--label <name=value>', `${what}; may be repeated`, collectPair)
}

export function mechanismOption(command: Command): Command {
  return command.option(
    '--mechanism <name>',
    "the mechanism; absent: the first of the key's that suits",
  )
}

export function versionOption(
  command: Command,
  what = 'the version; absent: the current one',
): Command {
  return command.option('--version <number>', what, parseCount)
}

export function riskOption(command: Command): Command {
  return command.option(
    '--acknowledge-risk',
    'use a suspended or compromised key, knowing that it is',
  )
}

export function outOption(command: Command, what: string): Command {
  return command.option('-o, --out <file>', what).option('--force', 'replace a file that is there')
}

/** How bytes that go to standard output are written. */
export function encodingOption(command: Command): Command {
  return command.addOption(
    new Option('--encoding <form>', 'how bytes are written to standard output')
      .choices(['base64', 'hex', 'raw'])
      .default('base64'),
  )
}

/** It travels in a header (RFC 9110 §5.5). */
function parseReason(text: string): string {
  if (/^[\x20-\x7e]{1,512}$/.test(text)) return text
  throw new InvalidArgumentError('It has 1 to 512 characters of ASCII.')
}

export function parseCount(text: string): number {
  const number = Number(text)
  if (/^\d{1,15}$/.test(text) && Number.isSafeInteger(number)) return number
  throw new InvalidArgumentError('It is not a whole number.')
}

export function collectPair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be name=value.')
  const name = text.slice(0, at)
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`\`${name}\` is given twice.`)
  return { ...before, [name]: text.slice(at + 1) }
}

export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text]
}

/** With its offset: a time without one would mean another instant on another machine. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/

/** RFC 3339, or a date alone for its first moment in UTC. */
export function parseInstant(text: string): string {
  const full = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text
  const at = RFC_3339.test(full) ? Date.parse(full) : Number.NaN
  // Date.parse takes the 30th of February for the 2nd of March.
  const day = new Date(`${full.slice(0, 10)}T00:00:00Z`).getUTCDate()
  if (Number.isNaN(at) || day !== Number(full.slice(8, 10))) {
    throw new InvalidArgumentError(
      'It must be a date, or a date and time like 2030-01-31T12:00:00Z.',
    )
  }
  return new Date(at).toISOString()
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `90d`, `12h`, `15m`, `30s`; in seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  if (digits === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be like 90d, 12h, 15m or 30s.')
  }
  return Number(digits) * (UNIT_SECONDS[unit] as number)
}

/** Other users of a machine can read every command line, and the shell keeps it. */
const SECRETS: Readonly<Record<string, string>> = {
  '--token': 'use --token-file FILE, CLAVIGER_TOKEN_FILE or CLAVIGER_TOKEN',
  '--password': 'it is asked for, or read from standard input or --passphrase-file',
  '--passphrase': 'it is asked for, or read from standard input or --passphrase-file',
  '--pin': 'it is asked for, or read from --pin-file or CLAVIGER_PKCS11_PIN',
  '--share': 'it is asked for, or read from standard input or --share-file',
  '--material': 'name a file with --material-file, or `-` for standard input',
  '--private-key': 'name a file with --material-file, or `-` for standard input',
  '--secret': 'name a file, or `-` for standard input',
  '--content': 'name a file with --file, or `-` for standard input',
}

/** Refuses before anything is parsed, so that the message says why rather than "unknown option". */
export function refuseSecrets(args: readonly string[]): void {
  for (const arg of args) {
    if (arg === '--') return
    const [name = ''] = arg.split('=', 1)
    const remedy = Object.hasOwn(SECRETS, name) ? SECRETS[name] : undefined
    if (remedy === undefined) continue
    throw usageError(
      `a secret does not belong on the command line, where other users can read it: ${remedy}`,
    )
  }
}

export function pathIn(cwd: string, file: string): string {
  return resolve(cwd, file)
}
