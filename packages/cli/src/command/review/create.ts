import { resolve } from 'node:path'
import type { Command } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'
import { connectionOptions, examples, outOption, parseCount } from '../../options.ts'
import { printText } from '../audit/receipt.ts'
import { REVIEW_TYPE, type Review, type ReviewFile } from './review-file.ts'
import { reviewPage } from './review-page.ts'

interface Options {
  readonly staleDays?: number
  readonly page?: string
  readonly out?: string
  readonly force?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .option('--stale-days <n>', 'who has not been seen for so long is stale; 90', parseCount)
    .option('--page <file>', 'write it as a page of Markdown, too')
  outOption(command, 'write it into this file').action((options: Options) =>
    create(context, options),
  )
  connectionOptions(command)
  examples(
    command,
    'claviger review create -o 2026-11.review --page 2026-11.md',
    'claviger review verify 2026-11.review --key log.vkey',
  )
}

async function create(context: Context, options: Options): Promise<void> {
  const { page, out, force, staleDays } = options
  if (page !== undefined && out === undefined) {
    throw usageError('a page proves nothing alone: name a file for the review with --out')
  }
  const client = await context.client()
  const { review: content, digest, entry } = await client.duties.review({ staleDays })
  const receipt = await client.audit.receipt(entry)
  const review = JSON.parse(content) as Review
  const file: ReviewFile = { type: REVIEW_TYPE, review, receipt }
  if (page !== undefined) {
    const path = resolve(context.environment.cwd, page)
    const text = Buffer.from(reviewPage(review, digest, entry))
    await writeAtomically(path, [text], { force, mode: 0o600 })
  }
  await printText(context, options, { digest, entry }, `${JSON.stringify(file, undefined, 2)}\n`)
}
