const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/

/** An ASCII decimal without leading zeroes, at most 2^53 - 1; undefined when it is anything else. */
export function parseDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : undefined
}
