import { existsSync, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { NewSeal } from '@claviger/client'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { writeAtomically } from '../../file/atomic-file.ts'

/**
 * A fresh folder for what is shown once, made before the keeper is asked: what cannot be written afterwards
 * is lost.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'EEXIST' && existsSync(path)) {
      throw new CliError('conflict', `${path} is there already; name a folder that is not`)
    }
    throw new CliError('failure', `the folder ${path} cannot be made (${code}); nothing was done`)
  }
}

/** Hands new shares out: each into a file of its own, or all of them to standard output. */
export async function giveShares(
  context: Context,
  { shares = [], status }: NewSeal,
  folder: string | undefined,
): Promise<string> {
  if (shares.length === 0) return ''
  const { threshold } = status.pending ?? status
  if (folder === undefined) {
    const lines = shares.map((share, index) => `share ${index + 1}: ${share}`)
    return [
      `Give each share to another person. They are shown this once; any ${threshold ?? '?'} of them open the seal.`,
      ...lines,
    ].join('\n')
  }
  const path = resolve(context.environment.cwd, folder)
  for (const [index, share] of shares.entries()) {
    await writeAtomically(resolve(path, `share-${index + 1}.txt`), [Buffer.from(`${share}\n`)])
  }
  return `The shares are in ${folder}; move each to another person. Any ${threshold ?? '?'} of them open the seal.`
}
