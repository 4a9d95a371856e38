import { KeeperError } from '@claviger/core'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** Compiled on first use: most processes serve few of the routes. */
const validators = new WeakMap<TSchema, Validator>()

/** Whether a value fits a schema; otherwise `invalid-input` naming the place, never the value. */
export function validate(schema: TSchema, value: unknown, whole: string): void {
  let validator = validators.get(schema)
  if (validator === undefined) validators.set(schema, (validator = Compile(schema)))
  if (validator.Check(value)) return
  // Members of a union complain before the union does; the deepest place is the most telling.
  const errors = validator.Errors(value).filter(({ keyword }) => keyword !== 'boolean')
  const [first, ...others] = errors
  const worst = others.reduce(
    (one, other) => (depth(other?.instancePath) > depth(one?.instancePath) ? other : one),
    first,
  )
  const field = worst === undefined ? '' : placeOf(worst.instancePath)
  const what = worst === undefined ? 'is not valid' : complaint(worst.keyword, worst.params)
  throw new KeeperError('invalid-input', `${field === '' ? whole : field} ${what}`, {
    details: { field: field === '' ? whole : field },
  })
}

function depth(path: string | undefined): number {
  return path?.split('/').length ?? 0
}

/** `/items/3/name` as people write it: `items[3].name`. Longer or stranger than a field, it is cut. */
function placeOf(pointer: string): string {
  return pointer
    .slice(1)
    .replace(/\/(\d+)(?=\/|$)/g, '[$1]')
    .replaceAll('/', '.')
    .replace(/[^\w.[\]-]/g, '')
    .slice(0, 80)
}

function complaint(keyword: string, params: object): string {
  const given = params as Readonly<Record<string, unknown>>
  switch (keyword) {
    case 'additionalProperties':
      return 'has a member that is not known here'
    case 'required':
      return `lacks ${(given['requiredProperties'] as readonly string[]).join(', ')}`
    case 'enum':
      return `must be one of ${(given['allowedValues'] as readonly string[]).slice(0, 60).join(', ')}`
    case 'type':
      return `must be of type ${String(given['type'])}`
    case 'minimum':
    case 'maximum':
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
    case 'maxProperties':
      return `is outside its bounds: ${keyword} is ${String(given['limit'])}`
    case 'format':
      return 'must be a date and time as in RFC 3339'
    case 'pattern':
      return 'is not well formed'
    default:
      return 'is not valid'
  }
}

/** Query members are text; those that the schema has as numbers, booleans or lists become so. */
export function queryValues(
  schema: TSchema | undefined,
  query: Readonly<Record<string, string | readonly string[]>>,
): Readonly<Record<string, unknown>> {
  const properties = (schema as { properties?: Readonly<Record<string, { type?: string }>> })
    ?.properties
  const values: Record<string, unknown> = {}
  for (const [name, given] of Object.entries(query)) {
    if (properties === undefined || !Object.hasOwn(properties, name)) {
      throw new KeeperError('invalid-input', 'the query has a member that is not known here')
    }
    values[name] = queryValue(properties[name]?.type, given)
  }
  return values
}

function queryValue(type: string | undefined, given: string | readonly string[]): unknown {
  if (type === 'array') return typeof given === 'string' ? [given] : given
  if (typeof given !== 'string') return given
  if (type === 'integer' && /^\d{1,16}$/.test(given)) return Number(given)
  if (type === 'boolean' && (given === 'true' || given === 'false')) return given === 'true'
  return given
}
