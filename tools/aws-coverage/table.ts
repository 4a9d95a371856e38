import { basename, relative } from 'node:path'
import type { Evidence, Places } from './evidence.ts'
import { ARISES, LIMITS, NEVER, REFUSED, UNMODELLED } from './limits.ts'
import type { Model } from './model.ts'

const README_FOLDER = 'packages/server/src/protocols/aws-kms'

/** The three tables, as the README has them between its marks. */
export function renderCoverage(model: Model, evidence: Evidence): string {
  const actions = model.actions.map((name) => [
    `\`${name}\``,
    REFUSED[name] === undefined ? 'yes' : 'no',
    REFUSED[name] ?? LIMITS[name] ?? '',
    links(evidence.proved, name),
  ])
  const errors = (names: readonly string[], when: Readonly<Record<string, string>>) =>
    names.map((name) => [
      `\`${name}\``,
      when[name] ?? NEVER[name] ?? '',
      links(evidence.raised, name),
      [links(evidence.proved, name), links(unproved(evidence, name), name)]
        .filter((text) => text !== '')
        .join(', '),
    ])
  return [
    `All ${model.actions.length} actions of \`@aws-sdk/client-kms\`:`,
    table(['action', 'supported', 'less than at AWS', 'proved by'], actions),
    `All ${model.exceptions.length} exceptions of its model:`,
    table(['exception', 'when', 'raised in', 'proved by'], errors(model.exceptions, ARISES)),
    'Exceptions that AWS answers, and its model does not name:',
    table(
      ['exception', 'when', 'raised in', 'proved by'],
      errors(Object.keys(UNMODELLED), UNMODELLED),
    ),
  ].join('\n\n')
}

/** Tests of the protocol from within, where no foreign client has seen the error. */
function unproved({ proved, tested }: Evidence, name: string): Places {
  return proved.has(name) ? new Map() : tested
}

function links(places: Places, name: string): string {
  const found = places.get(name) ?? []
  return found
    .map(
      (path) =>
        `[${basename(path).replace(/(\.test)?\.ts$/, '')}](${relative(README_FOLDER, path)})`,
    )
    .join(', ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
