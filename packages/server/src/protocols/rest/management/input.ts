import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import { KeeperError } from '@claviger/core'
import { parseInstant } from '../wire-time.ts'

export const LIMIT_DEFAULT = 100

/** `true`, `false`, or the moment at which it shall happen. */
export function parseActivate(activate: boolean | string | undefined): {
  readonly activate?: boolean | number
} {
  if (activate === undefined) return {}
  return { activate: typeof activate === 'string' ? parseInstant(activate, 'activate') : activate }
}

/** Query members as the filters of a list; `label` holds `name=value`. */
export function filtersOf(
  facets: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const filters: Record<string, string> = {}
  for (const [name, value] of Object.entries(facets)) {
    if (typeof value === 'string') filters[name] = value
    else for (const label of value ?? []) addLabel(filters, label)
  }
  return filters
}

function addLabel(filters: Record<string, string>, label: string): void {
  const equals = label.indexOf('=')
  const name = `label:${label.slice(0, equals)}`
  if (Object.hasOwn(filters, name)) {
    throw new KeeperError('invalid-input', 'a label has one value; ask for one at a time')
  }
  filters[name] = label.slice(equals + 1)
}

/** A share or a passphrase; the handler wipes it. The text it came in is the runtime's, which nothing can wipe. */
export function secret(text: string): SecretBytes {
  if (!text.isWellFormed()) {
    throw new KeeperError('invalid-input', 'a secret must be well-formed text')
  }
  return new SecretBytes(encodeUtf8(text))
}
