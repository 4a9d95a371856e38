import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { openInput, readInput } from '../../file/input.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  mechanismOption,
  outOption,
  versionOption,
} from '../../options.ts'
import { SMALL_BYTES_MAX } from './data-limits.ts'

type Options = OutputOptions & { readonly mechanism?: string; readonly version?: number }

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the wrapping key')
    .argument('[file]', 'the wrapped material; standard input if absent or `-`')
  outOption(command, 'write the material into this file')
  versionOption(mechanismOption(encodingOption(command)), 'the version that wrapped it').action(
    async (key: string, file: string | undefined, options: Options) => {
      const { mechanism, version } = options
      const input = openInput(context, file)
      const wrapped = await readInput(input, SMALL_BYTES_MAX, 'no wrapped key is so large')
      const client = await context.client()
      const value = await client.unwrap(key, { wrapped, mechanism, version })
      await printBytes(context, options, { value, bytes: value.material })
      value.material.fill(0)
    },
  )
  connectionOptions(command)
  command.addHelpText(
    'after',
    '\nThis takes the material out of the keeper. `claviger key import --wrapping-key` keeps it inside.',
  )
  examples(command, 'claviger unwrap transport payments.wrapped -o payments.key')
}
