import { shown } from './text.ts'

export interface Cell {
  readonly text: string
  /** Puts colour around the padded text. */
  readonly paint?: (text: string) => string
}

/** Columns as wide as their widest cell; the last one is not padded. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
): string {
  const cells = rows.map((row) =>
    row.map((cell) =>
      typeof cell === 'string' ? { text: shown(cell) } : { ...cell, text: shown(cell.text) },
    ),
  )
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column]?.text.length ?? 0)),
  )
  const line = (row: readonly Cell[]): string =>
    row
      .map(({ text, paint }, column) => {
        const padded = column === row.length - 1 ? text : text.padEnd(widths[column] ?? 0)
        return paint === undefined ? padded : paint(padded)
      })
      .join('  ')
      .trimEnd()
  const header = line(heads.map((head) => ({ text: head.toUpperCase() })))
  return [header, ...cells.map(line)].join('\n')
}

/** One fact a line, names aligned; facts that are undefined or empty are left out. */
export function facts(
  pairs: readonly (readonly [string, Cell | string | number | undefined])[],
): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '')
  const width = Math.max(0, ...known.map(([name]) => name.length))
  return known
    .map(([name, value]) => {
      const { text, paint } =
        typeof value === 'object' ? value : { text: String(value), paint: undefined }
      const plain = shown(text, 'lines').replaceAll('\n', `\n${' '.repeat(width + 2)}`)
      return `${name.padEnd(width)}  ${paint === undefined ? plain : paint(plain)}`
    })
    .join('\n')
}
