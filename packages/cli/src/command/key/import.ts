import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples } from '../../options.ts'
import { printKey } from './described-key.ts'
import { keyAttributeOptions, type KeyAttributeOptions, keyAttributes } from './key-attributes.ts'
import { materialOptions, type MaterialOptions, readMaterial } from './material.ts'

type Options = KeyAttributeOptions & MaterialOptions & { readonly spec?: string }

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .option('--spec <spec>', 'what the key is; raw bytes need it, other forms say it themselves')
  materialOptions(command)
  keyAttributeOptions(command).action(async (name: string, options: Options) => {
    const material = await readMaterial(context, options)
    try {
      const client = await context.client()
      const request = { name, spec: options.spec, material, ...keyAttributes(options) }
      await printKey(context, await client.keys.import(request), 'imported')
    } finally {
      material.data.fill(0)
    }
  })
  connectionOptions(command)
  examples(
    command,
    'claviger key import tls --material-file tls-key.pem',
    'claviger key import legacy --spec aes-256 --format raw --material-file - < key.bin',
    'claviger key import moved --spec aes-256 --format raw --material-file k.wrapped --wrapping-key transport',
  )
}
