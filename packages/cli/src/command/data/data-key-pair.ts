import { encodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, contextOption, examples, mechanismOption } from '../../options.ts'
import { facts } from '../../terminal/table.ts'

interface Options {
  readonly spec: string
  readonly context?: Readonly<Record<string, string>>
  readonly mechanism?: string
  readonly plaintext: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key to encrypt the private half under')
    .requiredOption('--spec <spec>', 'what the pair is: ec-p256, ed25519, ml-kem-768, …')
    .option('--no-plaintext', 'leave the private half in clear out')
  mechanismOption(contextOption(command)).action(async (key: string, options: Options) => {
    const client = await context.client()
    const { spec, context: pairs, mechanism, plaintext } = options
    const answer = await client.generateDataKeyPair(key, {
      spec,
      context: pairs,
      mechanism,
      withoutPlaintext: !plaintext,
    })
    const { privateKey, publicKey, ciphertext } = answer
    await context.print(
      answer,
      facts([
        ['private key', privateKey === undefined ? undefined : encodeBase64(privateKey)],
        ['public key', encodeBase64(publicKey)],
        ['ciphertext', ciphertext],
      ]),
    )
    privateKey?.fill(0)
  })
  connectionOptions(command)
  examples(command, 'claviger data-key-pair payments --spec ec-p256 --json')
}
