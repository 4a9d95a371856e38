import { resolve } from 'node:path'
import { encodeBase64, encodeHex } from '@claviger/bytes'
import type { Context } from '../context.ts'
import { size } from '../terminal/text.ts'
import { writeAtomically } from './atomic-file.ts'

export interface OutputOptions {
  readonly out?: string
  readonly force?: boolean
  readonly encoding?: 'base64' | 'hex' | 'raw'
}

/**
 * Bytes that were asked for: into the file of `--out` as they are, or to standard output in the form of
 * `--encoding`; with `--json` the whole answer, without the bytes where they went into a file.
 */
export async function printBytes(
  context: Context,
  options: OutputOptions,
  answer: { readonly value: object; readonly bytes: Uint8Array },
): Promise<void> {
  const { value, bytes } = answer
  const { out, force, encoding = 'base64' } = options
  if (out !== undefined) {
    const path = resolve(context.environment.cwd, out)
    await writeAtomically(path, [bytes], { force })
    const rest = Object.fromEntries(Object.entries(value).filter(([, member]) => member !== bytes))
    if (context.isJson) await context.print({ ...rest, file: path }, '')
    else await context.note(`${out}: ${size(bytes.length)}`)
    return
  }
  if (context.isJson) return context.print(value, '')
  if (encoding === 'raw') return context.environment.stdout.write(bytes)
  await context.print(value, encoding === 'hex' ? encodeHex(bytes) : encodeBase64(bytes))
}
