import { readFileSync } from 'node:fs'

/** Of the command line, as its package says. */
export function versionOfPackage(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
