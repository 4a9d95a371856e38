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
} from '../../options.ts'
import { PAYLOAD_BYTES_MAX } from './data-limits.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key')
    .argument('[file]', 'what to authenticate, up to 4 MiB; standard input if absent or `-`')
  outOption(command, 'write the code into this file')
  mechanismOption(encodingOption(command)).action(
    async (
      key: string,
      file: string | undefined,
      options: OutputOptions & { readonly mechanism?: string },
    ) => {
      const message = await readMessage(context, file)
      const client = await context.client()
      const value = await client.mac(key, { message, mechanism: options.mechanism })
      await printBytes(context, options, { value, bytes: value.mac })
    },
  )
  connectionOptions(command)
  examples(command, 'claviger mac tags order.json', 'claviger mac tags order.json --encoding hex')
}

export function readMessage(context: Context, file: string | undefined): Promise<Uint8Array> {
  const remedy = 'use a signature or encrypt it as a file for more'
  return readInput(openInput(context, file), PAYLOAD_BYTES_MAX, remedy)
}
