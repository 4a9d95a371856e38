import type { Role } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { collect, connectionOptions, examples } from '../../options.ts'
import { printPrincipal, ROLES } from './described-principal.ts'

interface Options {
  readonly kind: 'person' | 'workload'
  readonly role: readonly Role[]
  readonly certificate?: readonly string[]
}

const CERTIFICATE_BYTES_MAX = 64 * 1024

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .addOption(
      new Option('--kind <kind>', 'a person or a workload')
        .choices(['person', 'workload'])
        .default('person'),
    )
    .requiredOption('--role <role>', `${ROLES.join(', ')}; may be repeated`, collect)
    .option('--certificate <file>', 'a TLS client certificate of its own; may be repeated', collect)
    .action(async (name: string, { kind, role, certificate }: Options) => {
      const certificates = await readCertificates(context, certificate)
      const client = await context.client()
      const answer = await client.principals.create({ name, kind, roles: role, certificates })
      await printPrincipal(context, answer, 'created')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger principal create alice --role officer --role user',
    'claviger principal create backup-job --kind workload --role user --certificate job.pem',
  )
}

export async function readCertificates(
  context: Context,
  files: readonly string[] | undefined,
): Promise<readonly Uint8Array[] | undefined> {
  if (files === undefined) return undefined
  return Promise.all(files.map((file) => readFileInput(context, file, CERTIFICATE_BYTES_MAX)))
}
