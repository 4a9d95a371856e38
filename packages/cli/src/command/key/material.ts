import type { ImportedMaterial } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { usageError } from '../../cli-error.ts'
import { parseCount } from '../../options.ts'

export interface MaterialOptions {
  readonly materialFile?: string
  readonly format?: ImportedMaterial['format']
  readonly wrappingKey?: string
  readonly wrappingVersion?: number
  readonly wrappingMechanism?: string
}

const MATERIAL_BYTES_MAX = 64 * 1024

export function materialOptions(command: Command): Command {
  return command
    .option('--material-file <file>', 'a file that holds the material; `-` for standard input')
    .addOption(
      new Option(
        '--format <form>',
        'what form the material has; absent: told from the file',
      ).choices(['raw', 'pkcs8', 'spki', 'jwk', 'pem']),
    )
    .option('--wrapping-key <name>', 'the material is wrapped under this key of the keeper')
    .option('--wrapping-version <number>', "the wrapping key's version", parseCount)
    .option('--wrapping-mechanism <name>', 'how it is wrapped')
}

export async function readMaterial(
  context: Context,
  options: MaterialOptions,
): Promise<ImportedMaterial> {
  const { materialFile, wrappingKey: key } = options
  if (materialFile === undefined) {
    throw usageError('name the file of the material with --material-file; `-` is standard input')
  }
  const data = await readFileInput(context, materialFile, MATERIAL_BYTES_MAX)
  const format = options.format ?? formatOf(data)
  if (key === undefined) return { format, data }
  const { wrappingVersion: version, wrappingMechanism: mechanism } = options
  return { format, data, wrapping: { key, version, mechanism } }
}

/** PEM and JWK say what they are; raw bytes and DER do not, and guessing could take one for the other. */
function formatOf(data: Uint8Array): ImportedMaterial['format'] {
  const start = Buffer.from(data.subarray(0, 64)).toString('latin1').trimStart()
  if (start.startsWith('-----BEGIN ')) return 'pem'
  if (start.startsWith('{')) return 'jwk'
  throw usageError('say what form the material has: --format raw, pkcs8 or spki')
}
