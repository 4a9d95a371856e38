import { createReadStream, type Stats, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { CliError, usageError } from '../cli-error.ts'
import type { Context } from '../context.ts'

/** Bytes to work on, from a file or from standard input. */
export interface Input {
  /** Absent for standard input. */
  readonly path: string | undefined
  /** As the caller wrote it; `standard input` for that. */
  readonly name: string
  /** Absent where it is not known before the end. */
  readonly sizeBytes: number | undefined
  open(): AsyncIterable<Uint8Array>
}

const READ_BYTES = 256 * 1024

/** @param file `-` or absent: standard input */
export function openInput(context: Context, file: string | undefined): Input {
  const { cwd, stdin } = context.environment
  if (file === undefined || file === '-') {
    if (stdin.isTTY) throw usageError('name a file, or pipe the data in')
    return { path: undefined, name: 'standard input', sizeBytes: undefined, open: () => stdin }
  }
  const path = resolve(cwd, file)
  const stats = describe(path, file)
  if (stats.isDirectory()) throw new CliError('failure', `${file} is a folder`)
  return {
    path,
    name: file,
    sizeBytes: stats.isFile() ? stats.size : undefined,
    open: () => createReadStream(path, { highWaterMark: READ_BYTES }),
  }
}

/** All of it, up to a size; more is a usage error that says what to do. */
export async function readInput(
  input: Input,
  bytesMax: number,
  remedy: string,
): Promise<Uint8Array> {
  const tooLarge = (): CliError => usageError(`${input.name} is over ${bytesMax} bytes; ${remedy}`)
  if ((input.sizeBytes ?? 0) > bytesMax) throw tooLarge()
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of input.open()) {
    length += piece.length
    if (length > bytesMax) throw tooLarge()
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export function readFileInput(
  context: Context,
  file: string,
  bytesMax: number,
): Promise<Uint8Array> {
  return readInput(openInput(context, file), bytesMax, 'it cannot be so large')
}

function describe(path: string, file: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT') throw new CliError('not-found', `there is no file ${file}`)
    throw new CliError('failure', `${file} cannot be read (${code})`)
  }
}
