import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A parser to be fuzzed, as every `fuzz-targets.ts` exports them in `fuzzTargets`. */
export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  /** Whether the error is one that the parser may throw. */
  isExpected(error: unknown): boolean
}

export const ROOT = resolve(import.meta.dirname, '..', '..')

/** Every file of targets below the packages. */
export function findTargetFiles(): string[] {
  return globSync('packages/*/test/**/fuzz-targets.ts', { cwd: ROOT })
    .filter((path) => !path.includes('node_modules'))
    .map((path) => resolve(ROOT, path))
    .sort()
}

export async function loadTargets(file: string): Promise<readonly FuzzTarget[]> {
  const loaded = (await import(pathToFileURL(file).href)) as { fuzzTargets?: FuzzTarget[] }
  if (!Array.isArray(loaded.fuzzTargets)) throw new Error(`${file} exports no fuzzTargets`)
  return loaded.fuzzTargets
}
