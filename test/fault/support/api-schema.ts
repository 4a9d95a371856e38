/** What the tests need of a JSON Schema in an OpenAPI document. */
interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
}

interface Described {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** A free text somewhere in a request: where, and what it is called there. */
export interface TextMember {
  readonly name: string
  /** Builds a body with nothing but this member. */
  readonly bodyWith: (value: string) => unknown
}

/** Every operation as `METHOD /path`, with the free texts of its body. */
export function operationsOf(document: OpenApi): Map<string, readonly TextMember[]> {
  const operations = new Map<string, readonly TextMember[]>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      const schemas = Object.values(requestBody?.content ?? {}).map(({ schema }) => schema)
      const members = schemas.flatMap((schema) => [...textMembers(document, schema)])
      operations.set(`${method.toUpperCase()} ${path}`, members)
    }
  }
  return operations
}

function* textMembers(
  document: OpenApi,
  schema: Schema,
  name = '',
  bodyWith: (value: unknown) => unknown = (value) => value,
): Generator<TextMember> {
  const found = schema.$ref?.split('/').at(-1)
  const target = found === undefined ? schema : document.components.schemas[found]
  if (target === undefined) return
  for (const choice of target.anyOf ?? []) yield* textMembers(document, choice, name, bodyWith)
  if (target.type === 'string' && target.enum === undefined) yield { name, bodyWith }
  if (target.items !== undefined) {
    yield* textMembers(document, target.items, name, (value) => bodyWith([value]))
  }
  for (const [member, inner] of Object.entries(target.properties ?? {})) {
    yield* textMembers(document, inner, member, (value) => bodyWith({ [member]: value }))
  }
  for (const inner of Object.values(target.patternProperties ?? {})) {
    yield* textMembers(document, inner, name, (value) => bodyWith({ [String(value)]: value }))
  }
}
