import type { KeyAttributes, PeriodDays, Purpose } from '@claviger/client'
import { type Command, InvalidArgumentError } from 'commander'
import { usageError } from '../../cli-error.ts'
import { collect, collectPair, parseCount, parseInstant } from '../../options.ts'

/** What can be said of a key to be made. */
export interface KeyAttributeOptions {
  readonly purpose?: Purpose
  readonly mechanism?: readonly string[]
  readonly description?: string
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly exportable?: boolean
  readonly protectDays?: PeriodDays
  readonly processDays?: PeriodDays
  readonly limit?: Readonly<Record<string, number>>
  readonly activateAt?: string
  readonly activate: boolean
}

export function keyAttributeOptions(command: Command): Command {
  return command
    .option('--purpose <purpose>', 'encrypt, sign, mac, wrap, derive, agree or encapsulate')
    .option(
      '--mechanism <name>',
      'a mechanism calls may ask for, the default first; may be repeated',
      collect,
    )
    .option('--description <text>', 'what it is for')
    .option('--owner <name>', 'who answers for it')
    .option('--label <name=value>', 'a label; may be repeated', collectPair)
    .option('--exportable', 'let it be wrapped and taken out')
    .option('--protect-days <days>', 'how long a version protects; or `unlimited`', parseDays)
    .option(
      '--process-days <days>',
      'how long a version processes what it protected; or `unlimited`',
      parseDays,
    )
    .option(
      '--limit <what=number>',
      'invocations=N or bytes=N that a version may protect',
      collectLimit,
    )
    .option('--activate-at <when>', 'when it becomes active by itself', parseInstant)
    .option('--no-activate', 'leave it pre-active until `claviger key activate`')
}

function parseDays(text: string): PeriodDays {
  return text === 'unlimited' ? text : parseCount(text)
}

export function keyAttributes(options: KeyAttributeOptions): KeyAttributes {
  const { purpose, mechanism, description, owner, label, exportable, limit } = options
  const { protectDays, processDays, activateAt, activate } = options
  if (activateAt !== undefined && !activate) {
    throw usageError('--activate-at and --no-activate contradict each other')
  }
  const hasPeriod = protectDays !== undefined || processDays !== undefined
  return {
    purpose,
    mechanisms: mechanism,
    description,
    owner,
    labels: label,
    exportable,
    ...(hasPeriod && {
      cryptoperiod: {
        ...(protectDays !== undefined && { protectDays }),
        ...(processDays !== undefined && { processDays }),
      },
    }),
    limits: limitsOf(limit),
    activate: activateAt ?? (activate ? undefined : false),
  }
}

export function limitsOf(
  limit: Readonly<Record<string, number>> | undefined,
): KeyAttributes['limits'] {
  if (limit === undefined) return undefined
  const { invocations, bytes } = limit
  return {
    ...(invocations !== undefined && { invocationsMax: invocations }),
    ...(bytes !== undefined && { bytesMax: bytes }),
  }
}

export function collectLimit(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const [, what, number] = /^(invocations|bytes)=(\d+)$/.exec(text) ?? []
  if (what === undefined || number === undefined) {
    throw new InvalidArgumentError('It must be invocations=N or bytes=N.')
  }
  return { ...before, [what]: parseCount(number) }
}
