/** One figure beside the bar it must meet, both from the same run. */
export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What the value is held against: the baseline's own figure in this run, where there is one. */
  readonly limit?: number
  readonly ratio?: number
  readonly bar: number
  /** Whether the ratio (or the value) must stay above or below the bar. */
  readonly side: 'at-least' | 'at-most'
}

export function isOk({ ratio, value, bar, side }: Measurement): boolean {
  const held = ratio ?? value
  return side === 'at-least' ? held >= bar : held <= bar
}

export function toJsonLine(measurement: Measurement): string {
  const { name, value, unit, limit, ratio, bar } = measurement
  return JSON.stringify({ name, value, unit, limit, ratio, bar, ok: isOk(measurement) })
}

export function toTextLine(measurement: Measurement): string {
  const { name, value, unit, limit, ratio, bar, side } = measurement
  const held = ratio === undefined ? '' : ` = ${format(ratio)}`
  const against = limit === undefined ? '' : ` against ${format(limit)}`
  const sign = side === 'at-least' ? '≥' : '≤'
  const verdict = isOk(measurement) ? 'ok' : 'FELL SHORT'
  return `${name.padEnd(28)} ${format(value)} ${unit}${against}${held}  (bar ${sign} ${bar})  ${verdict}`
}

function format(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] as number
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}
