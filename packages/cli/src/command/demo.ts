import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { openInput } from '../file/input.ts'
import { connectionOptions, examples } from '../options.ts'
import { usageError } from '../cli-error.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'any file of yours; it is read, never changed')
    .action(async (file: string) => {
      const input = openInput(context, file)
      if (input.path === undefined) throw usageError('the demo needs a file, not standard input')
      const { runDemo } = await import('../demo/demo.ts')
      await runDemo(context, { ...input, path: input.path })
    })
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nIt makes keys of its own, named demo/…, and says at each step which command does it by hand. It leaves\n' +
      'two encrypted files beside yours: FILE.demo.clv, whose key is destroyed, and FILE.kept.clv, whose key\n' +
      'lives on. After an error it takes away what it made.',
  )
  examples(command, 'claviger demo README.md')
}
