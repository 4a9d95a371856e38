import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../../context.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  outOption,
  parseCount,
} from '../../options.ts'

export function define(command: Command, context: Context): void {
  command.argument('<bytes>', 'how many, 1 to 65536', parseBytes)
  encodingOption(outOption(command, 'write them into this file')).action(
    async (lengthBytes: number, options: OutputOptions) => {
      const value = await (await context.client()).random(lengthBytes)
      await printBytes(context, options, { value, bytes: value.random })
    },
  )
  connectionOptions(command)
  examples(command, 'claviger random 32 --encoding hex')
}

function parseBytes(text: string): number {
  const number = parseCount(text)
  if (number >= 1 && number <= 65_536) return number
  throw new InvalidArgumentError('It must be 1 to 65536.')
}
