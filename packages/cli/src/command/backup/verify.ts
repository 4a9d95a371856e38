import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { openInput } from '../../file/input.ts'
import { examples, jsonOption } from '../../options.ts'
import {
  backupOnWire,
  describeBackup,
  type OpeningOptions,
  openingOptions,
  readKnownLog,
  readOpening,
  telling,
} from './opening.ts'

export function define(command: Command, context: Context): void {
  openingOptions(jsonOption(command).argument('<file>', '`-` for standard input')).action(
    (file: string, options: OpeningOptions) => verify(context, file, options),
  )
  command.addHelpText(
    'after',
    '\nNo keeper is asked. It reads the backup to its end: every byte, the log up to its checkpoint, and the\n' +
      'signature of the keeper. What does not hold ends with status 8.',
  )
  examples(command, 'claviger backup verify monday.backup --identity me.age --key log.vkey')
}

async function verify(context: Context, file: string, options: OpeningOptions): Promise<void> {
  const known = await readKnownLog(context, options)
  const input = openInput(context, file)
  const opening = await readOpening(context, options)
  const { verifyBackup } = await import('@claviger/server')
  const read = await telling(() => verifyBackup(input.open(), opening, known))
  await context.print(
    { verified: true, ...backupOnWire(read) },
    `${context.paint('good', 'verified')}: it is whole, and of this keeper\n${describeBackup(read)}`,
  )
}
