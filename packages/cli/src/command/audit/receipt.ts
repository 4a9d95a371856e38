import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples, outOption, parseCount } from '../../options.ts'

export function define(command: Command, context: Context): void {
  command.argument(
    '<index>',
    'of the entry, as answers and `claviger audit list` show it',
    parseCount,
  )
  outOption(command, 'write it into this file').action(
    async (index: number, options: { readonly out?: string; readonly force?: boolean }) => {
      const receipt = await (await context.client()).audit.receipt(index)
      await printText(context, options, { index, receipt }, receipt)
    },
  )
  connectionOptions(command)
  examples(
    command,
    'claviger audit receipt 42 -o 42.receipt',
    'claviger audit verify --receipt 42.receipt',
  )
}

/** Text that must stay as it is, byte for byte. */
export async function printText(
  context: Context,
  options: { readonly out?: string; readonly force?: boolean },
  value: object,
  text: string,
): Promise<void> {
  const { cwd, stdout } = context.environment
  if (options.out === undefined || options.out === '-') {
    return context.isJson ? context.print(value, '') : stdout.write(text)
  }
  const path = resolve(cwd, options.out)
  await writeAtomically(path, [Buffer.from(text)], { force: options.force, mode: 0o644 })
  await context.print(
    { ...value, file: path },
    `${context.paint('good', 'written to')} ${options.out}`,
  )
}
