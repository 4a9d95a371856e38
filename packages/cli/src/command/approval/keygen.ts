import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { writeApproverKey } from '../../file/approver-key.ts'
import { examples, jsonOption } from '../../options.ts'
import { facts } from '../../terminal/table.ts'

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'for the private key; the public one goes into FILE.pub')
    .option('--force', 'replace files that are there')
    .action(async (file: string, { force }: { readonly force?: boolean }) => {
      const { id } = await writeApproverKey(context, file, force)
      const made = { id, privateKey: file, publicKey: `${file}.pub` }
      const lines = facts([
        ['id', id],
        ['private key', file],
        ['public key', made.publicKey],
      ])
      await context.print(made, `${context.paint('good', 'made')}\n${lines}`)
    })
  jsonOption(command)
  examples(command, 'claviger approval keygen ann.key')
}
