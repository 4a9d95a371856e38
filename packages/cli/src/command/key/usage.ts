import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { facts } from '../../terminal/table.ts'
import { minute } from '../../terminal/text.ts'

export function define(command: Command, context: Context): void {
  command.argument('<key>', 'name or id').action(async (key: string) => {
    const answer = await (await context.client()).keys.usage(key)
    const { lastUse } = answer
    const text =
      lastUse === undefined
        ? 'never used'
        : facts([
            ['last used', minute(lastUse.at)],
            ['for', lastUse.action],
            ['version', String(lastUse.version)],
            ['entry', lastUse.event],
          ])
    await context.print(answer, text)
  })
  connectionOptions(command)
  examples(command, 'claviger key usage payments')
}
