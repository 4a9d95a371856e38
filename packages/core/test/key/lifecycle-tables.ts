import type { Instant } from '../../src/clock.ts'
import { ALGORITHM_RULES } from '../../src/key/algorithm-rules.ts'
import {
  defaultCryptoperiod,
  KEY_TYPE_FACTS,
  KEY_TYPES,
  publicKeyTypeOf,
} from '../../src/key/key-type.ts'
import { MECHANISM_NAMES, mechanismFacts } from '../../src/key/mechanism.ts'
import { DIRECTION, HALF, PURPOSE_USAGES, PURPOSES, USAGES } from '../../src/key/purpose.ts'
import { KEY_STATES, mayMove, STATE_PERMISSIONS } from '../../src/key/state.ts'

/** The tables of `docs/design/lifecycle.md`, made of the code's own, by the name of their marker. */
export const LIFECYCLE_TABLES: Readonly<Record<string, () => string>> = {
  transitions: () =>
    table(
      ['from \\ to', ...KEY_STATES],
      KEY_STATES.map((from) => [from, ...KEY_STATES.map((to) => (mayMove(from, to) ? 'yes' : ''))]),
    ),
  permissions: () =>
    table(
      ['state', 'protect', 'process'],
      KEY_STATES.map((state) => [
        state,
        STATE_PERMISSIONS[state].protect,
        STATE_PERMISSIONS[state].process,
      ]),
    ),
  usages: () =>
    table(
      ['usage', 'direction', 'half of a pair', 'purposes'],
      USAGES.map((usage) => [
        usage,
        DIRECTION[usage],
        HALF[usage],
        PURPOSES.filter((purpose) => PURPOSE_USAGES[purpose].includes(usage)).join(', '),
      ]),
    ),
  types: () =>
    table(
      [
        '#',
        'key type',
        'protects, days',
        'processes, days',
        'at the end of protecting',
        'its public half',
      ],
      KEY_TYPES.map((keyType, index) => {
        const { protectDays, processDays } = defaultCryptoperiod(keyType)
        const counterpart = publicKeyTypeOf(keyType)
        return [
          String(index + 1),
          keyType,
          String(protectDays),
          processDays === 0 ? 'none' : String(processDays),
          KEY_TYPE_FACTS[keyType].endOfProtection,
          counterpart === undefined ? '' : KEY_TYPE_FACTS[counterpart].endOfProtection,
        ]
      }),
    ),
  algorithms: () =>
    table(
      ['from', 'profile', 'what', 'protect', 'process', 'source'],
      ALGORITHM_RULES.map((rule) => [
        day(rule.from),
        rule.profiles.join(', '),
        rule.about,
        rule.protect,
        rule.process,
        rule.source,
      ]),
    ),
  legacy: () =>
    MECHANISM_NAMES.filter((name) => mechanismFacts(name).legacy === true)
      .map((name) => `\`${name}\``)
      .join(', '),
}

function day(at: Instant): string {
  return at === 0 ? 'always' : new Date(at).toISOString().slice(0, 10)
}

/** Columns padded to their widest cell, as the formatter of the house leaves a table. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_name, column) =>
    Math.max(3, ...[head, ...rows].map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

const MARKED = /<!-- table: ([a-z]+) -->\n[\s\S]*?\n<!-- end -->/g

/** The document with every marked table as the code has it now. */
export function withTables(document: string): string {
  return document.replace(MARKED, (_block, name: string) => {
    const made = LIFECYCLE_TABLES[name]
    if (made === undefined) throw new Error(`no table is called ${name}`)
    return `<!-- table: ${name} -->\n${made()}\n<!-- end -->`
  })
}
