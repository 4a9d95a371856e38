import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'
import { materialOptions, type MaterialOptions, readMaterial } from './material.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--reason <text>', 'why, for the history')
    .option('--pending', 'to the version that was imported as pending')
  materialOptions(command).action(
    async (
      key: string,
      options: MaterialOptions & { readonly reason?: string; readonly pending?: boolean },
    ) => {
      const { reason, pending, materialFile } = options
      const material = materialFile === undefined ? undefined : await readMaterial(context, options)
      const client = await context.client()
      const answer = await client.keys.rotate(key, { reason, pending, material })
      await printKey(context, answer, 'rotated')
    },
  )
  connectionOptions(command)
  examples(command, 'claviger key rotate payments', 'claviger key rotate payments --reason yearly')
}
