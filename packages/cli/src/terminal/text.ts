import { styleText } from 'node:util'

/** What a terminal would act on; text from the keeper or a file is shown without it. */
const CONTROLS = /[[\p{Cc}\p{Cf}]--[\n]]/gv

/** Text of somebody else's, made harmless: in one line unless lines are wanted. */
export function shown(text: string, lines: 'one-line' | 'lines' = 'one-line'): string {
  const plain = text.replaceAll(CONTROLS, '�')
  return lines === 'lines' ? plain : plain.replaceAll('\n', ' ')
}

export type Style = 'good' | 'bad' | 'warning' | 'dim' | 'strong'
const STYLES = {
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const satisfies Readonly<Record<Style, Parameters<typeof styleText>[0]>>

/** Colours where they are wanted: https://no-color.org, and never into a pipe. */
export type Paint = (style: Style, text: string) => string

export function paintFor(isTTY: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const { NO_COLOR, TERM } = env
  if (!isTTY || (NO_COLOR !== undefined && NO_COLOR !== '') || TERM === 'dumb')
    return (_, text) => text
  return (style, text) => styleText(STYLES[style], text, { validateStream: false })
}

/** A date as people read it, in UTC; exact times are in `--json`. */
export function day(instant: string | undefined): string {
  return instant === undefined ? '-' : instant.slice(0, 10)
}

export function minute(instant: string | undefined): string {
  return instant === undefined ? '-' : `${instant.slice(0, 10)} ${instant.slice(11, 19)}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function size(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`
}
