import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  mechanismOption,
  outOption,
  parseCount,
} from '../../options.ts'
import { SMALL_BYTES_MAX } from './data-limits.ts'

interface Options extends OutputOptions {
  readonly target?: string
  readonly targetVersion?: number
  readonly materialFile?: string
  readonly mechanism?: string
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the wrapping key')
    .option('--target <key>', 'an exportable key of the keeper to wrap')
    .option('--target-version <number>', 'its version; absent: the current one', parseCount)
    .option('--material-file <file>', 'material of your own to wrap; `-` for standard input')
  outOption(command, 'write the wrapped material into this file')
  mechanismOption(encodingOption(command)).action(async (key: string, options: Options) => {
    const { target, targetVersion, materialFile, mechanism } = options
    if ((target === undefined) === (materialFile === undefined)) {
      throw usageError('name what to wrap, either with --target or with --material-file')
    }
    const material =
      materialFile === undefined
        ? undefined
        : await readFileInput(context, materialFile, SMALL_BYTES_MAX)
    const client = await context.client()
    const value = await client.wrap(key, { material, target, targetVersion, mechanism })
    material?.fill(0)
    await printBytes(context, options, { value, bytes: value.wrapped })
  })
  connectionOptions(command)
  examples(
    command,
    'claviger wrap transport --target payments -o payments.wrapped',
    'claviger wrap transport --material-file key.bin --mechanism aes-kwp',
  )
}
