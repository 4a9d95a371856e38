import { BytesError } from '@claviger/bytes'
import { type ClavigerError, isClavigerError } from '@claviger/client'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { EXIT_CODES, type ExitReason, exitReasonOf } from './exit-code.ts'
import { paintFor, shown } from './terminal/text.ts'

interface Told {
  readonly reason: ExitReason
  readonly code: string
  readonly message: string
  readonly hints: readonly string[]
  readonly more?: object
}

const KEY_FILE_REASONS: Readonly<Record<string, ExitReason>> = {
  'passphrase-needed': 'usage',
  'wrong-passphrase': 'verification-failed',
}

/** Says what went wrong on standard error and gives the exit status. */
export async function reportError(context: Context, error: unknown): Promise<number> {
  const told = tellOf(context, error)
  const { stderr, env } = context.environment
  const exitCode = EXIT_CODES[told.reason]
  if (context.isJson) {
    const { code, message, more } = told
    await context.note(JSON.stringify({ error: { code, message, exitCode, ...more } }))
    return exitCode
  }
  const paint = paintFor(stderr.isTTY, env)
  await context.note(`${paint('bad', 'error:')} ${shown(told.message, 'lines')}`)
  for (const hint of told.hints) await context.note(`${paint('dim', 'hint:')} ${shown(hint)}`)
  return exitCode
}

function tellOf(context: Context, error: unknown): Told {
  if (isClavigerError(error)) {
    const { code, message, status, details, incident, entry } = error
    const hints = [...hintsFor(error, context)]
    if (incident !== undefined) hints.push(`the operator finds the cause by incident ${incident}`)
    return {
      reason: exitReasonOf(code),
      code,
      message,
      hints,
      more: { status, details, incident, entry },
    }
  }
  if (error instanceof CliError) {
    return { reason: error.reason, code: error.reason, message: error.message, hints: [] }
  }
  if (error instanceof BytesError || isNamed(error, 'EnvelopeError')) {
    return { reason: 'failure', code: 'malformed', message: error.message, hints: [] }
  }
  if (isNamed(error, 'KeyFileError')) {
    const { code, message } = error
    return { reason: KEY_FILE_REASONS[code] ?? 'failure', code, message, hints: [] }
  }
  if (isNamed(error, 'TlogError')) {
    return { reason: 'verification-failed', code: error.code, message: error.message, hints: [] }
  }
  const system = error instanceof Error && 'syscall' in error && 'code' in error
  const message = error instanceof Error ? error.message : String(error)
  return { reason: 'failure', code: system ? String(error.code) : 'failure', message, hints: [] }
}

/** By name, so that a package is not loaded only to ask whether an error is its own. */
function isNamed(error: unknown, name: string): error is Error & { readonly code: string } {
  return error instanceof Error && error.name === name
}

function hintsFor(error: ClavigerError, context: Context): readonly string[] {
  const { message, details } = error
  const code: string = error.code
  const connection = context.knownConnection
  switch (code) {
    case 'denied': {
      const others = Object.keys(connection?.profile?.identities ?? {}).filter(
        (name) => name !== connection?.identity,
      )
      if (others.length === 0) return []
      return [
        `this was ${connection?.identity ?? 'you'}; another identity may do it: --as ${others.join(' or --as ')}`,
      ]
    }
    case 'approval-pending': {
      const { approval } = details
      if (typeof approval !== 'string') return []
      return [
        `approvers sign with \`claviger approval approve ${approval}\``,
        `then repeat this, or \`claviger approval execute ${approval}\``,
      ]
    }
    case 'unauthenticated':
      return connection?.token === undefined
        ? ['no token was given; use --token-file, CLAVIGER_TOKEN_FILE or a profile']
        : []
    case 'sealed':
      return ['unseal it with `claviger operator unseal`']
    case 'tenant-sealed':
      return ['an administrator of it unseals it with `claviger tenant unseal`']
    case 'risk-not-acknowledged':
      return ['--acknowledge-risk says that you know']
    case 'unreachable':
      return /CERT|SIGNATURE|ISSUER/.test(message)
        ? ['the certificate is not of an authority trusted here; name it with --ca FILE']
        : ['`claviger server --dev` starts a keeper for development']
    default:
      return []
  }
}
