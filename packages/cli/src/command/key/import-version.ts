import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseInstant, versionOption } from '../../options.ts'
import { printKey } from './described-key.ts'
import { materialOptions, type MaterialOptions, readMaterial } from './material.ts'

interface Options extends MaterialOptions {
  readonly version?: number
  readonly pending?: boolean
  readonly until?: string
  readonly activate: boolean
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id')
    .option('--pending', 'further material, for `claviger key rotate --pending` to put in force')
    .option('--until <when>', 'from then on the keeper no longer has it', parseInstant)
    .option('--no-activate', 'leave the key pre-active with its first material')
  versionOption(command, 'whose material it is; absent: told from the material')
  materialOptions(command).action((key: string, options: Options) =>
    importVersion(context, key, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger key import-version payments --format raw --material-file key.bin',
    'claviger key import-version payments --format raw --material-file next.bin --pending',
    'claviger key import-version payments --format raw --material-file key.bin --until 2030-01-01',
  )
}

async function importVersion(context: Context, key: string, options: Options): Promise<void> {
  const { version, pending, until: materialUntil, activate } = options
  const material = await readMaterial(context, options)
  try {
    const client = await context.client()
    const more = { version, pending, materialUntil, ...(!activate && { activate }) }
    await printKey(context, await client.keys.importVersion(key, { material, ...more }), 'imported')
  } finally {
    material.data.fill(0)
  }
}
