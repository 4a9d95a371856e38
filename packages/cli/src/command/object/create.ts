import type { ObjectKind } from '@claviger/client'
import { type Command, Option } from 'commander'
import type { Context } from '../../context.ts'
import { readFileInput } from '../../file/input.ts'
import { readSecretText } from '../../file/secret-input.ts'
import { connectionOptions, examples, labelOption, parseInstant } from '../../options.ts'
import { printObject } from './described-object.ts'

interface Options {
  readonly kind: ObjectKind
  readonly file?: string
  readonly description?: string
  readonly owner?: string
  readonly label?: Readonly<Record<string, string>>
  readonly activateAt?: string
  readonly deactivateAt?: string
}

const CONTENT_BYTES_MAX = 1024 * 1024

export function define(command: Command, context: Context): void {
  command
    .argument('<name>', 'a-z 0-9 . _ / -')
    .addOption(
      new Option('--kind <kind>', 'what it is')
        .choices(['secret-data', 'opaque', 'certificate'])
        .makeOptionMandatory(),
    )
    .option('--file <file>', 'the content, up to 1 MiB; absent: asked for, or standard input')
    .option('--description <text>', 'what it is for')
    .option('--owner <name>', 'who answers for it')
    .option('--activate-at <when>', 'when it comes into force', parseInstant)
    .option('--deactivate-at <when>', 'when it goes out of force', parseInstant)
  labelOption(command, 'a label').action(async (name: string, options: Options) => {
    const { kind, description, owner, label, activateAt, deactivateAt } = options
    const content = await readContent(context, options)
    const client = await context.client()
    const answer = await client.objects.create({
      name,
      kind,
      content,
      description,
      owner,
      labels: label,
      activate: activateAt,
      deactivateAt,
    })
    content.fill(0)
    await printObject(context, answer, 'created')
  })
  connectionOptions(command)
  examples(
    command,
    'claviger object create db-password --kind secret-data',
    'claviger object create web --kind certificate --file web.pem',
    'claviger object create blob --kind opaque --file - < blob.bin',
  )
}

async function readContent(context: Context, { kind, file }: Options): Promise<Uint8Array> {
  if (file === undefined && kind === 'secret-data' && context.environment.stdin.isTTY) {
    return Buffer.from(await readSecretText(context, { question: 'The secret' }))
  }
  return readFileInput(context, file ?? '-', CONTENT_BYTES_MAX)
}
