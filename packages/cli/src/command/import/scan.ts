import type { Command } from 'commander'
import { resolve } from 'node:path'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { type WalkTally, walkFolder } from '../../file/folder-walk.ts'
import { examples, jsonOption } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import { shown } from '../../terminal/text.ts'
import type { FoundKey } from './found-key.ts'

interface Options {
  readonly certificates?: boolean
}

interface Finding extends FoundKey {
  /** Others than its owner may read it. */
  readonly isOpen: boolean
}

const FILES_MAX = 500_000
const FINDINGS_MAX = 10_000
const FINGERPRINT_LENGTH = 16

export function define(command: Command, context: Context): void {
  command
    .argument('<folder>', 'all below it is read; links are not followed')
    .option('--certificates', 'list certificates too')
    .action((folder: string, options: Options) => scan(context, folder, options))
  jsonOption(command)
  examples(command, 'claviger import scan /etc', 'claviger import scan ~ --certificates --json')
}

async function scan(
  context: Context,
  folder: string,
  { certificates = false }: Options,
): Promise<void> {
  const { FILE_BYTES_MAX } = await import('@claviger/keyfile')
  const { findKeys } = await import('./found-key.ts')
  const tally: WalkTally = { files: 0, unread: 0, isCut: false }
  const found: Finding[] = []
  const root = resolve(context.environment.cwd, folder)
  try {
    const limits = { files: FILES_MAX, fileBytes: FILE_BYTES_MAX }
    for await (const { path, data, isOpen } of walkFolder(root, limits, tally)) {
      try {
        const keys = await findKeys({ path, data }, { certificates })
        for (const key of keys) found.push({ ...key, isOpen })
      } finally {
        data.fill(0)
      }
      if (found.length < FINDINGS_MAX) continue
      tally.isCut = true
      break
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new CliError('not-found', `${folder} is no folder that can be read`)
  }
  await context.print({ folder: root, ...tally, found }, textOf(context, found))
  if (context.isJson) return
  await context.note(summary(found, tally))
}

/** Two lines a finding: what it is, and what to do. */
function textOf(context: Context, found: readonly Finding[]): string {
  if (found.length === 0) return ''
  const rows = found.map(({ path, format, kind, spec, publicKey, isOpen }) => [
    format,
    spec === undefined ? kind : `${kind} ${spec}`,
    publicKey?.slice(0, FINGERPRINT_LENGTH) ?? '-',
    isOpen ? 'others too' : 'the owner',
    path,
  ])
  const listed = table(['format', 'what', 'public key', 'readable by', 'path'], rows)
  const commands = new Set(found.flatMap(({ propose }) => propose ?? []))
  const shut = found.flatMap(({ path, why }) => (why === undefined ? [] : [`${path}: ${why}`]))
  const parts = [listed]
  if (commands.size > 0)
    parts.push(`${context.paint('strong', 'to take them in')}\n${lines(commands)}`)
  if (shut.length > 0) parts.push(`${context.paint('strong', 'not read here')}\n${lines(shut)}`)
  return parts.join('\n\n')
}

/** Names of files are somebody else's text. */
function lines(texts: Iterable<string>): string {
  return [...texts].map((text) => `  ${shown(text)}`).join('\n')
}

function summary(found: readonly Finding[], { files, unread, isCut }: WalkTally): string {
  const parts = [`${found.length} found in ${files} files`]
  if (unread > 0) parts.push(`${unread} files or folders could not be read`)
  if (isCut) parts.push('there is more: the walk ended at a limit')
  return parts.join('; ')
}
