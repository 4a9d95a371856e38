import type { Command } from 'commander'
import { findProfile } from '../../connection/profile.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { examples, jsonOption } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { readLogKeys } from '../audit/verify.ts'
import { verifyReview } from './review-file.ts'

interface Options {
  readonly key?: string
  readonly origin?: string
  readonly profile?: string
}

const REVIEW_BYTES_MAX = 64 * 1024 * 1024

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'what `claviger review create` wrote')
    .option('--key <file>', "the log's verifier keys, one a line; absent: the profile's")
    .option('--origin <name>', "the log's name; absent: that of its keys")
    .option('--profile <file>', 'the profile to use (CLAVIGER_PROFILE)')
  jsonOption(command).action(async (file: string, options: Options) => {
    const { env, cwd } = context.environment
    const profile = findProfile(cwd, options.profile ?? env['CLAVIGER_PROFILE'])
    const log = await readLogKeys(context, options, profile)
    const bytes = await readFileInput(context, file, REVIEW_BYTES_MAX)
    const { review, index, at } = await verifyReview(bytes, log)
    const violations = review.findings.filter(({ severity }) => severity === 'violation').length
    const { tenant, by, principals } = review
    const shown = { tenant, at, by: by.name, index, principals: principals.length, violations }
    await context.print(
      { verified: true, origin: log.origin, ...shown },
      `${context.paint('good', 'verified')}: the log tells of this very review\n${facts([
        ['tenant', tenant],
        ['made', at],
        ['by', by.name],
        ['log', log.origin],
        ['entry', index],
        ['principals', principals.length],
        ['violations', violations],
      ])}`,
    )
  })
  command.addHelpText('after', '\nNo keeper is asked. What does not hold ends with status 8.')
  examples(command, 'claviger review verify 2026-11.review --key log.vkey')
}
