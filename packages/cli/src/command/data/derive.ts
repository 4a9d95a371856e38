import { decodeBase64 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { type OutputOptions, printBytes } from '../../file/output.ts'
import {
  connectionOptions,
  encodingOption,
  examples,
  mechanismOption,
  outOption,
  parseCount,
  versionOption,
} from '../../options.ts'

interface Options extends OutputOptions {
  readonly bytes: number
  readonly salt?: string
  readonly derivationLabel?: string
  readonly derivationContext?: string
  readonly mechanism?: string
  readonly version?: number
}

export function define(command: Command, context: Context): void {
  command
    .argument('<key>', 'name or id of the key-derivation key')
    .option('--bytes <number>', 'how much to derive', parseCount, 32)
    .option('--salt <base64>', 'the salt of the extraction step')
    .option('--derivation-label <text>', 'the label of SP 800-108')
    .option('--derivation-context <text>', 'the context of SP 800-108, or the info of HKDF')
  outOption(command, 'write the derived bytes into this file')
  versionOption(mechanismOption(encodingOption(command))).action(
    async (key: string, options: Options) => {
      const { bytes, salt, derivationLabel, derivationContext, mechanism, version } = options
      const client = await context.client()
      const value = await client.derive(key, {
        lengthBytes: bytes,
        salt: salt === undefined ? undefined : decodeBase64(salt),
        label: derivationLabel === undefined ? undefined : Buffer.from(derivationLabel),
        derivationContext:
          derivationContext === undefined ? undefined : Buffer.from(derivationContext),
        mechanism,
        version,
      })
      await printBytes(context, options, { value, bytes: value.derived })
    },
  )
  connectionOptions(command)
  examples(command, 'claviger derive master --derivation-context tenant-7 --encoding hex')
}
