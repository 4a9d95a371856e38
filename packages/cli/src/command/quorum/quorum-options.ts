import type { QuorumRequest } from '@claviger/client'
import type { Command } from 'commander'
import { collect, labelOption, parseCount, parseDuration } from '../../options.ts'

export interface QuorumOptions {
  readonly action: readonly string[]
  readonly approvals: number
  readonly group: string
  readonly onName?: readonly string[]
  readonly label?: Readonly<Record<string, string>>
  readonly distinctTeams?: boolean
  readonly reasonNeeded?: boolean
  readonly gather?: number
  readonly execute?: number
}

/** All that a quorum says; a change replaces all of it. */
export function quorumOptions(command: Command): Command {
  command
    .requiredOption(
      '--action <action>',
      'what needs approval: key.destroy; may be repeated',
      collect,
    )
    .requiredOption('--approvals <number>', 'how many of the group have to approve', parseCount)
    .requiredOption('--group <group>', 'whose approval, by name or id')
    .option(
      '--on-name <pattern>',
      'only of keys and objects so called, a trailing * for any rest; may be repeated',
      collect,
    )
    .option('--distinct-teams', 'not two approvals from one team')
    .option('--reason-needed', 'whoever asks must say why')
    .option(
      '--gather <duration>',
      'how long approvals are gathered: 3d; 7d if absent',
      parseDuration,
    )
    .option(
      '--execute <duration>',
      'how long after the last approval it may be done; 1d if absent',
      parseDuration,
    )
  return labelOption(command, 'only of keys and objects with this label')
}

export function quorumRequest(options: QuorumOptions): QuorumRequest {
  const { action, approvals, group, onName, label } = options
  return {
    actions: action,
    names: onName,
    labels: label,
    approvals,
    group,
    distinctTeams: options.distinctTeams,
    reason: options.reasonNeeded,
    gatherSeconds: options.gather,
    executeSeconds: options.execute,
  }
}
