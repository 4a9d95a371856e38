import { decodeUtf8 } from '@claviger/bytes'
import type { Command } from 'commander'
import type { Context } from '../../../context.ts'
import { readFileInput } from '../../../file/input.ts'
import { connectionOptions, examples } from '../../../options.ts'

const POLICY_BYTES_MAX = 32_768

export function define(command: Command, context: Context): void {
  command
    .argument('<principal>', 'name or id')
    .argument('[file]', 'the policy in JSON; standard input if absent or `-`')
    .action(async (principal: string, file: string | undefined) => {
      const document = decodeUtf8(await readFileInput(context, file ?? '-', POLICY_BYTES_MAX))
      const client = await context.client()
      const answer = await client.principals.putPolicy(principal, 'aws-kms', document)
      await context.print(answer, `${context.paint('good', 'in force')} for ${principal}`)
    })
  connectionOptions(command)
  examples(command, 'claviger aws policies put backup-job only-encrypt.json')
}
