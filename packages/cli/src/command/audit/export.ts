import type { ClavigerClient, LoggedEntry } from '@claviger/client'
import type { EntryFormatName } from '@claviger/server'
import { type Command, Option } from 'commander'
import { usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { connectionOptions, examples, parseCount } from '../../options.ts'
import { versionOfPackage } from '../../package-version.ts'

const PAGE = 1_000

interface Options {
  readonly format: EntryFormatName
  readonly from: number
  readonly to?: number
  readonly octetCounted?: boolean
}

export function define(command: Command, context: Context): void {
  command
    .addOption(
      new Option('--format <format>', 'what each entry is written as')
        .choices(['jsonl', 'rfc5424', 'cef', 'ocsf'])
        .default('jsonl'),
    )
    .option('--from <index>', 'the first entry', parseCount, 0)
    .option('--to <index>', 'the last entry; absent: the newest there is', parseCount)
    .option('--octet-counted', 'with rfc5424: frame each message by its length (RFC 6587)')
    .action((options: Options) => exportEntries(context, options))
  connectionOptions(command)
  examples(
    command,
    'claviger audit export > audit.jsonl',
    'claviger audit export --format cef --from 1000 --to 1999',
  )
}

async function exportEntries(context: Context, options: Options): Promise<void> {
  const { format, from, to, octetCounted: isCounted } = options
  if (isCounted === true && format !== 'rfc5424') {
    throw usageError('--octet-counted goes with --format rfc5424')
  }
  const { ENTRY_FORMATS, octetCounted } = await import('@claviger/server')
  const client = await context.client()
  const { address } = context.connection
  const origin = { host: new URL(address).hostname, version: versionOfPackage() }
  const last = Math.min(to ?? Infinity, await newest(client))
  for (let start = from; start <= last; start += PAGE) {
    for (const entry of await entriesBetween(client, start, Math.min(start + PAGE - 1, last))) {
      const text = ENTRY_FORMATS[format](entry, origin)
      await context.environment.stdout.write(isCounted === true ? octetCounted(text) : `${text}\n`)
    }
  }
}

/** Fixed before anything is written: each page that is asked for is itself an entry of the log. */
async function newest(client: ClavigerClient): Promise<number> {
  const { entries, next = 0 } = await client.audit.page({ limit: 1 })
  return entries[0]?.index ?? next - 1
}

/** Oldest first. The keeper answers newest first, so it is asked for a window at a time. */
async function entriesBetween(
  client: ClavigerClient,
  first: number,
  last: number,
): Promise<LoggedEntry[]> {
  const found: LoggedEntry[] = []
  let before: number | undefined = last + 1
  while (before !== undefined && before > first) {
    const page = await client.audit.page({ before, limit: last - first + 1 })
    found.push(...page.entries.filter(({ index }) => index >= first))
    before = page.next
  }
  return found.reverse()
}
