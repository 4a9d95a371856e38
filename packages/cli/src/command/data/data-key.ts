import { encodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import {
  connectionOptions,
  contextOption,
  examples,
  mechanismOption,
  parseCount,
} from '../../options.ts'
import { facts } from '../../terminal/table.ts'

interface Options {
  readonly bytes: number
  readonly context?: Readonly<Record<string, string>>
  readonly mechanism?: string
  readonly plaintext: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key to encrypt it under')
    .option('--bytes <number>', 'its length', parseCount, 32)
    .option('--no-plaintext', 'leave the plaintext out: for a key that is used later')
  mechanismOption(contextOption(command)).action(async (key: string, options: Options) => {
    const client = await context.client()
    const answer = await client.generateDataKey(key, {
      lengthBytes: options.bytes,
      context: options.context,
      mechanism: options.mechanism,
      withoutPlaintext: !options.plaintext,
    })
    const { plaintext, ciphertext } = answer
    await context.print(
      answer,
      facts([
        ['plaintext', plaintext === undefined ? undefined : encodeBase64(plaintext)],
        ['ciphertext', ciphertext],
      ]),
    )
    plaintext?.fill(0)
  })
  connectionOptions(command)
  examples(
    command,
    'claviger data-key payments --json',
    'claviger data-key payments --no-plaintext',
  )
}
