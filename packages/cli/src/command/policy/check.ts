import { decodeUtf8 } from '@claviger/bytes'
import type { PolicyFault } from '@claviger/client'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { shown } from '../../terminal/text.ts'
import { POLICY_BYTES_MAX } from './put.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('[file]', 'the policy in Cedar; standard input if absent or `-`')
    .action(async (file: string | undefined) => {
      const text = decodeUtf8(await readFileInput(context, file ?? '-', POLICY_BYTES_MAX))
      const answer = await (await context.client()).policies.check(text)
      const lines = answer.faults.map((fault) => lineOf(context, fault))
      if (answer.accepted) lines.push(`${context.paint('good', 'accepted')}: it could be put`)
      else context.endWith('usage')
      await context.print(answer, lines.join('\n'))
    })
  connectionOptions(command)
  examples(command, 'claviger policy check developers.cedar')
}

function lineOf({ paint }: Context, { severity, message, line, column }: PolicyFault): string {
  const place = line === undefined ? '' : `${line}:${column ?? 1}: `
  const what = paint(severity === 'error' ? 'bad' : 'warning', severity)
  return `${place}${what}: ${shown(message)}`
}
