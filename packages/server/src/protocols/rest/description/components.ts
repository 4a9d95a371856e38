export type SchemaObject = { readonly [member: string]: unknown }

/**
 * Takes the schemas that have an `$id` out of others, so that the document has each once and refers to it
 * (OpenAPI 3.1 §4.8.7).
 */
export class Components {
  readonly schemas: Record<string, SchemaObject> = {}

  /** The schema with every named one inside it replaced by a reference. */
  refer(schema: unknown): unknown {
    if (typeof schema !== 'object' || schema === null) return schema
    if (Array.isArray(schema)) return schema.map((member) => this.refer(member))
    const { $id, ...rest } = schema as SchemaObject
    const members: Record<string, unknown> = {}
    if (typeof $id !== 'string') return this.#fill(members, rest)
    if (this.schemas[$id] === undefined) {
      // Named before it is filled, so that a name is never taken twice.
      this.schemas[$id] = members
      this.#fill(members, rest)
    }
    return { $ref: `#/components/schemas/${$id}` }
  }

  #fill(members: Record<string, unknown>, schema: SchemaObject): SchemaObject {
    for (const [name, member] of Object.entries(schema)) members[name] = this.refer(member)
    return members
  }
}
