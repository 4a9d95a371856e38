import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples, outOption } from '../../options.ts'

interface Options {
  readonly out?: string
  readonly force?: boolean
}

export function define(command: Command, context: Context): void {
  outOption(command, 'the file to write; absent: standard output')
  command.action((options: Options) => writeTombstones(context, options))
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nIt names destroyed keys and objects, revoked tokens and disabled principals by their ids; no material.',
  )
  examples(command, 'claviger backup tombstones -o today.tombstones')
}

async function writeTombstones(context: Context, { out, force }: Options): Promise<void> {
  const client = await context.client()
  const text = await client.backups.tombstones()
  if (out === undefined) return context.print({ tombstones: text }, text.trimEnd())
  const path = resolve(context.environment.cwd, out)
  await writeAtomically(path, [Buffer.from(text)], { force })
  await context.print({ file: path }, `${context.paint('good', 'written')} to ${out}`)
}
