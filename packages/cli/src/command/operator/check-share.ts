import type { Command } from 'commander'
import type { Context } from '../../context.ts'
import { readSecretText } from '../../file/secret-input.ts'
import { connectionOptions, examples } from '../../options.ts'
import { facts } from '../../terminal/table.ts'

export function define(command: Command, context: Context): void {
  command
    .option('--share-file <file>', 'a file with the share; `-` for standard input')
    .action(async ({ shareFile: file }: { readonly shareFile?: string }) => {
      const share = await readSecretText(context, { file, question: 'Share' })
      const answer = await (await context.client()).seal.checkShare(share)
      const { paint } = context
      const { valid, problem, index, shares, threshold, generation } = answer
      await context.print(
        answer,
        facts([
          [
            'share',
            valid
              ? { text: 'good', paint: (text) => paint('good', text) }
              : { text: problem ?? 'not good', paint: (text) => paint('bad', text) },
          ],
          [
            'number',
            index && `${index} of ${shares ?? '?'}, any ${threshold ?? '?'} open the seal`,
          ],
          ['generation', generation],
        ]),
      )
      if (!valid) context.endWith('verification-failed')
    })
  connectionOptions(command)
  examples(
    command,
    'claviger operator check-share',
    'claviger operator check-share --share-file share-1.txt',
  )
}
