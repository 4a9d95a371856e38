import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'
import { keyAttributeOptions, type KeyAttributeOptions, keyAttributes } from './key-attributes.ts'

interface Options extends KeyAttributeOptions {
  readonly spec: string
  readonly awaitMaterial?: boolean
}

export function define(command: Command, context: Context): void {
  keyAttributeOptions(
    command
      .argument('<name>', 'a-z 0-9 . _ / -')
      .requiredOption('--spec <spec>', 'what the key is: aes-256, ec-p256, ed25519, ml-kem-768, …'),
  )
    .option('--await-material', 'its material is made elsewhere; `import-version` brings it')
    .action(async (name: string, options: Options) => {
      const client = await context.client()
      const material = options.awaitMaterial === true ? ('awaited' as const) : undefined
      const request = { name, spec: options.spec, material, ...keyAttributes(options) }
      const answer = await client.keys.create(request)
      await printKey(context, answer, 'created')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger key create payments --spec aes-256',
    'claviger key create release --spec ed25519 --owner build --label env=prod',
    'claviger key create batch --spec aes-256 --limit invocations=1000000 --activate-at 2030-01-01',
  )
}
