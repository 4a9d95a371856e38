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
    .argument('<key>', 'name or id of the pair')
    .argument('[file]', 'the encapsulation; standard input if absent or `-`')
  outOption(command, 'write the shared secret into this file')
  versionOption(mechanismOption(encodingOption(command))).action(
    async (key: string, file: string | undefined, options: Options) => {
      const { mechanism, version } = options
      const input = openInput(context, file)
      const encapsulation = await readInput(input, SMALL_BYTES_MAX, 'no encapsulation is so large')
      const client = await context.client()
      const value = await client.decapsulate(key, { encapsulation, mechanism, version })
      await printBytes(context, options, { value, bytes: value.sharedSecret })
    },
  )
  connectionOptions(command)
  examples(command, 'claviger decapsulate inbox e.bin -o s.bin')
}
