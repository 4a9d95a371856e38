import { decodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import {
  connectionOptions,
  examples,
  mechanismOption,
  riskOption,
  versionOption,
} from '../../options.ts'
import { SMALL_BYTES_MAX } from './data-limits.ts'
import { readMessage } from './mac.ts'
import { printVerdict } from './verify.ts'

interface Options {
  readonly mac?: string
  readonly macFile?: string
  readonly mechanism?: string
  readonly version?: number
  readonly acknowledgeRisk?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key')
    .argument('[file]', 'what was authenticated; standard input if absent or `-`')
    .option('--mac-file <file>', 'the code, in a file')
    .option('--mac <base64>', 'the code itself')
  versionOption(command, 'the version that made it; absent: the current one')
  riskOption(mechanismOption(command)).action(
    async (key: string, file: string | undefined, options: Options) => {
      const { mac: text, macFile, mechanism, version, acknowledgeRisk } = options
      if ((text === undefined) === (macFile === undefined)) {
        throw usageError('give the code either with --mac or with --mac-file')
      }
      const mac =
        text === undefined
          ? await readFileInput(context, macFile as string, SMALL_BYTES_MAX)
          : decodeBase64(text)
      const message = await readMessage(context, file)
      const client = await context.client()
      const answer = await client.verifyMac(
        key,
        { message, mac, mechanism, version },
        { acknowledgeRisk },
      )
      await printVerdict(context, answer, 'code')
    },
  )
  connectionOptions(command)
  examples(command, 'claviger verify-mac tags order.json --mac-file order.mac')
}
