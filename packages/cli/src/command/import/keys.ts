import { type ClavigerClient, type ImportKeyRequest, isClavigerError } from '@claviger/client'
import type { CertificateEntry, KeyFileEntry, OpenedKeyFile } from '@claviger/keyfile'
import type { Command } from 'commander'
import { CliError, usageError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { openKeyFile, PASSPHRASE_VARIABLE } from '../../file/key-file.ts'
import { collect, connectionOptions, examples } from '../../options.ts'
import { table } from '../../terminal/table.ts'
import {
  keyAttributeOptions,
  type KeyAttributeOptions,
  keyAttributes,
} from '../key/key-attributes.ts'
import { jwkSpec, namesOf, specOf } from './entry-name.ts'

interface Options extends KeyAttributeOptions {
  readonly name?: string
  readonly prefix: string
  readonly spec?: string
  readonly entry?: readonly string[]
  readonly certificates: boolean
  readonly list?: boolean
  readonly passphraseFile?: string
  readonly keyPassphraseFile?: string
}

/** What became of an entry. */
interface Row {
  readonly kind: KeyFileEntry['kind']
  readonly name: string
  readonly outcome: 'listed' | 'taken in' | 'refused'
  readonly alias?: string | undefined
  readonly spec?: string | undefined
  readonly why?: string | undefined
}

/** The next entry would fare no better. */
const HOPELESS: ReadonlySet<string> = new Set([
  'unreachable',
  'timed-out',
  'unauthenticated',
  'denied',
  'sealed',
  'tenant-sealed',
])

export function define(command: Command, context: Context): void {
  command
    .argument('<file>', 'a key file of another program; what it is, is told by its content')
    .option('--list', 'only say what is in it; asks nothing of a keeper')
    .option('--name <name>', 'what the only key in it is to be called')
    .option('--prefix <text>', 'what the names of all begin with', '')
    .option('--entry <alias>', 'take in this one; may be repeated', collect)
    .option('--spec <spec>', 'what a secret key is, where the file does not say')
    .option('--no-certificates', 'take in keys alone')
    .option(
      '--passphrase-file <file>',
      `holds its passphrase; absent: ${PASSPHRASE_VARIABLE}, or it is asked for`,
    )
    .option('--key-passphrase-file <file>', "holds that of a Java store's keys, if it is another")
  keyAttributeOptions(command).action(async (file: string, options: Options) => {
    const { passphraseFile, keyPassphraseFile } = options
    const opened = await openKeyFile(context, { file, passphraseFile, keyPassphraseFile })
    const { wipeEntries } = await import('@claviger/keyfile')
    try {
      await takeIn(context, opened, { file, options })
    } finally {
      wipeEntries(opened.entries)
    }
  })
  connectionOptions(command)
  examples(
    command,
    'claviger import keys web.p12 --name web',
    'claviger import keys keystore.jks --prefix shop/ --passphrase-file store.pass',
    'claviger import keys old.pfx --list',
  )
}

async function takeIn(
  context: Context,
  opened: OpenedKeyFile,
  { file, options }: { file: string; options: Options },
): Promise<void> {
  const entries = chosen(opened.entries, options)
  const keys = entries.filter(({ kind }) => kind !== 'certificate')
  if (options.name !== undefined && keys.length !== 1) {
    throw usageError(`there are ${keys.length} keys in ${file}; choose one with --entry`)
  }
  const names = namesOf(entries, { file, prefix: options.prefix, sole: options.name })
  const rows: Row[] = []
  if (options.list === true) {
    for (const entry of entries) rows.push(listed(entry, names.get(entry) as string))
  } else {
    const client = await context.client()
    // Keys first: a certificate is linked to the key that is there already.
    for (const entry of [...keys, ...entries.filter((other) => !keys.includes(other))]) {
      rows.push(...(await bring(client, entry, names.get(entry) as string, options)))
    }
  }
  await tell(context, opened, rows)
}

function chosen(
  entries: readonly KeyFileEntry[],
  { entry, certificates }: Options,
): KeyFileEntry[] {
  for (const alias of entry ?? []) {
    if (entries.some((other) => other.alias === alias)) continue
    throw new CliError('not-found', `there is no entry ${alias}; --list says what there is`)
  }
  return entries
    .filter(({ alias }) => entry === undefined || (alias !== undefined && entry.includes(alias)))
    .filter(({ kind }) => certificates || kind !== 'certificate')
}

function listed(entry: KeyFileEntry, name: string): Row {
  const { kind, alias } = entry
  const spec =
    entry.kind === 'secret-key'
      ? specOf(entry)
      : entry.kind === 'jwk'
        ? jwkSpec(entry.json)
        : undefined
  return { kind, name, alias, spec, outcome: 'listed' }
}

/** One entry, with the certificates of its own. */
async function bring(
  client: ClavigerClient,
  entry: KeyFileEntry,
  name: string,
  options: Options,
): Promise<readonly Row[]> {
  const { kind, alias } = entry
  const { owner, label: labels } = options
  const certificate = (content: Uint8Array, called: string): Promise<Row> =>
    outcomeOf({ kind: 'certificate', alias, name: called }, async () => {
      await client.objects.create({ name: called, kind: 'certificate', content, owner, labels })
      return undefined
    })
  if (entry.kind === 'certificate') return [await certificate(entry.certificate, name)]
  const key = await outcomeOf({ kind, alias, name }, async () => {
    const attributes = keyAttributes(options)
    const answer = await client.keys.import({
      name,
      ...attributes,
      ...materialOf(entry, options.spec),
    })
    return answer.key.spec
  })
  const rows = [key]
  if (entry.kind === 'private-key' && options.certificates && key.outcome === 'taken in') {
    for (const [index, content] of entry.chain.entries()) {
      rows.push(await certificate(content, `${name}${index === 0 ? '' : `.issuer-${index}`}.crt`))
    }
  }
  return rows
}

function materialOf(
  entry: Exclude<KeyFileEntry, CertificateEntry>,
  spec: string | undefined,
): Pick<ImportKeyRequest, 'material' | 'spec'> {
  switch (entry.kind) {
    case 'private-key':
      return { material: { format: 'pkcs8', data: entry.pkcs8 } }
    case 'jwk':
      return { material: { format: 'jwk', data: entry.json }, spec: spec ?? jwkSpec(entry.json) }
    case 'secret-key':
      return {
        material: { format: 'raw', data: entry.key },
        spec: spec ?? specOf(entry) ?? unknownSpec(entry.algorithm),
      }
  }
}

function unknownSpec(algorithm: string): never {
  throw usageError(`it is for ${algorithm}; say what it is here with --spec`)
}

async function outcomeOf(
  row: Omit<Row, 'outcome'>,
  work: () => Promise<string | undefined>,
): Promise<Row> {
  try {
    return { ...row, outcome: 'taken in', spec: await work() }
  } catch (error) {
    const mayGoOn =
      error instanceof CliError || (isClavigerError(error) && !HOPELESS.has(error.code))
    if (!mayGoOn) throw error
    return { ...row, outcome: 'refused', why: error.message }
  }
}

async function tell(context: Context, opened: OpenedKeyFile, rows: readonly Row[]): Promise<void> {
  const { format, skipped, isAuthenticated } = opened
  const lines = rows.map(({ kind, alias, name, outcome, spec, why }) => [
    kind,
    alias ?? '-',
    name,
    why ?? [outcome, spec].filter((text) => text !== undefined).join(' as '),
  ])
  const text = table(['kind', 'in the file', 'here', 'outcome'], lines)
  await context.print({ format, isAuthenticated, entries: rows, skipped }, text)
  if (!context.isJson) {
    for (const { what, why } of skipped) await context.note(`${what} was left out: ${why}`)
  }
  if (rows.some(({ outcome }) => outcome === 'refused')) context.endWith('failure')
}
