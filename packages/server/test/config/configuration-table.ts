// The table of docs/operations/configuration.md. To write it again after a change of the settings:
// node packages/cli/bin/launch.mjs packages/server/test/config/configuration-table.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultConfig } from '../../src/config/config.ts'
import { SETTINGS } from '../../src/config/settings.ts'

const BEGIN = '<!-- settings: generated -->\n'
const END = '<!-- settings: end -->\n'

export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(([path, { about, check }]) =>
    row([`\`${path}\``, check.accepts, shownDefault(path), about]),
  )
  return [row(['setting', 'takes', 'default', 'what it is']), '|---|---|---|---|\n', ...rows].join(
    '',
  )
}

/** The document with its table as the code says. */
export function withTable(document: string): string {
  const begin = document.indexOf(BEGIN)
  const end = document.indexOf(END)
  if (begin < 0 || end < begin) throw new Error('the document has no place for the table')
  return `${document.slice(0, begin + BEGIN.length)}\n${settingsTable()}\n${document.slice(end)}`
}

/** The value of a setting in a configuration; `body-bytes-max` is `bodyBytesMax` there. */
export function valueOf(config: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, part) => {
    const name = part.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return (value as Readonly<Record<string, unknown>>)[name]
  }, config)
}

function shownDefault(path: string): string {
  const value = valueOf(defaultConfig(''), path)
  return value === undefined || value === '' ? 'none' : `\`${JSON.stringify(value)}\``
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`

if (import.meta.main) {
  const path = join(import.meta.dirname, '../../../../docs/operations/configuration.md')
  writeFileSync(path, withTable(readFileSync(path, 'utf8')))
}
