import { decodeUtf8 } from '@claviger/bytes'
import {
  type CiphertextEnvelope,
  decodeCiphertext,
  decodeCiphertextText,
  decodeShare,
} from '@claviger/envelope'
import { decodeNote, decodeTlogProof, parseCheckpoint } from '@claviger/tlog'
import type { Command } from 'commander'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { peek, splitFile, startsAsFile } from '../file/encrypted-file.ts'
import { openInput } from '../file/input.ts'
import { examples, jsonOption } from '../options.ts'
import { facts } from '../terminal/table.ts'
import { size } from '../terminal/text.ts'

/** What a file says of itself; nothing of it is verified here. */
interface Finding {
  readonly what: string
  readonly value: Readonly<Record<string, unknown>>
  readonly more?: string
}

const TEXT_BYTES_MAX = 8 * 1024 * 1024

export function define(command: Command, context: Context): void {
  jsonOption(command)
    .argument('[file]', 'standard input if absent or `-`')
    .action(async (file?: string) => {
      const input = openInput(context, file)
      const peeked = await peek(input.open())
      const finding = startsAsFile(peeked.head)
        ? encryptedFile(splitFile(peeked), input.sizeBytes)
        : inspectWhole(await readAll(peeked.whole))
      const { what, value, more } = finding
      const shownFacts = Object.entries(value).map(
        ([name, member]) =>
          [name, typeof member === 'string' ? member : JSON.stringify(member)] as const,
      )
      const human = [context.paint('strong', what), facts(shownFacts), more]
        .filter(Boolean)
        .join('\n')
      await context.print({ what, ...value }, human)
    })
  command.addHelpText(
    'after',
    '\nIt tells what a file claims; only the keeper or `claviger audit verify` can say whether that is true.',
  )
  examples(
    command,
    'claviger inspect report.pdf.clv',
    'claviger inspect 42.receipt',
    'claviger inspect envelope.txt --json',
  )
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of source) {
    length += piece.length
    if (length > TEXT_BYTES_MAX) throw unknown()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function inspectWhole(bytes: Uint8Array): Finding {
  const first = bytes[0]
  if (first !== undefined && first >= 0xc1 && first <= 0xc3)
    return envelope(decodeCiphertext(bytes))
  let text: string
  try {
    text = decodeUtf8(bytes)
  } catch {
    throw unknown()
  }
  if (text.startsWith('clv1:')) return envelope(decodeCiphertextText(text.trim()))
  if (text.startsWith('c2sp.org/tlog-proof@')) return receipt(bytes)
  if (/^\s*clv-?share/i.test(text)) return share(text)
  if (text.includes('\n\n— ')) return checkpoint(bytes)
  throw unknown()
}

function unknown(): CliError {
  return new CliError('failure', 'this is no format of claviger')
}

function encryptedFile(
  { header, headerBytes }: ReturnType<typeof splitFile>,
  sizeBytes: number | undefined,
): Finding {
  const { key, version, mechanism } = header.dataKey
  return {
    what: 'a file that claviger encrypted',
    value: {
      key,
      version,
      'data key wrapped by': mechanism,
      'message encrypted by': `${header.aead} in chunks (c2sp.org/chunked-encryption)`,
      'header bytes': headerBytes.length,
      ...(sizeBytes !== undefined && { 'file bytes': sizeBytes }),
    },
    more: 'decrypt it with: claviger decrypt',
  }
}

function envelope({ kind, key, version, mechanism, iv, ciphertext }: CiphertextEnvelope): Finding {
  const names = {
    ciphertext: 'a ciphertext',
    'wrapped-key': 'a wrapped key',
    'data-key': 'a data key',
  }
  return {
    what: names[kind],
    value: {
      key,
      version,
      mechanism,
      'iv bytes': iv.length,
      'ciphertext bytes': ciphertext.length,
    },
  }
}

function receipt(bytes: Uint8Array): Finding {
  const { extra, index, path, checkpoint: note } = decodeTlogProof(bytes)
  const { origin, size: tree } = parseCheckpoint(decodeNote(note).text)
  const entry = extra === undefined ? undefined : decodeUtf8(extra)
  return {
    what: 'a receipt, not verified here',
    value: { index, log: origin, 'log size': tree, hashes: path.length, entry: parsed(entry) },
    more: 'verify it with: claviger audit verify --receipt',
  }
}

function checkpoint(bytes: Uint8Array): Finding {
  const { text, signatures } = decodeNote(bytes)
  const { origin, size: tree } = parseCheckpoint(text)
  const signers = signatures.map(({ name, signature }) => `${name} (${size(signature.length)})`)
  return {
    what: 'a signed checkpoint, not verified here',
    value: { log: origin, size: tree, signers: signers.join(', ') },
    more: 'verify a log against it with: claviger audit verify --checkpoint',
  }
}

/** Everything a share says but the share itself. */
function share(text: string): Finding {
  const { set, index, shares, threshold, generation } = decodeShare(text)
  return { what: 'a share of a seal', value: { set, index, shares, threshold, generation } }
}

function parsed(text: string | undefined): unknown {
  if (text === undefined) return 'not in it'
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
