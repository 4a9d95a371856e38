import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { printKey } from './described-key.ts'

interface Options {
  readonly every?: number
  readonly never?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--every <days>', 'rotate it whenever so many days have passed', parseCount)
    .option('--never', 'rotate it when told to, and not otherwise')
    .action(async (key: string, { every, never }: Options) => {
      if ((every === undefined) === (never === undefined)) {
        throw usageError('say either --every <days> or --never')
      }
      const client = await context.client()
      await printKey(context, await client.keys.setRotation(key, every ?? null), 'set')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger key set-rotation payments --every 365',
    'claviger key set-rotation payments --never',
  )
}
