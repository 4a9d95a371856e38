import assert from 'node:assert/strict'
import { Compile, type Validator } from 'typebox/compile'
import { ask, type Answered, type Asked, type TestWorld } from './test-world.ts'

type Node = Readonly<Record<string, unknown>>

interface Operation {
  readonly id: string
  readonly method: string
  readonly path: RegExp
  readonly body: Validator | undefined
  /** By status, then by content type. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, Validator>>>>
}

/** The OpenAPI document as a client sees it, to hold live requests and answers against. */
export class OpenApiDocument {
  readonly operations: readonly Operation[]
  /** Ids of the operations that answered well at least once. */
  readonly succeeded = new Set<string>()

  private constructor(operations: readonly Operation[]) {
    this.operations = operations
  }

  static async read(world: TestWorld): Promise<OpenApiDocument> {
    const { body } = await ask(world, '/openapi.json', { token: undefined })
    const schemas = (body['components'] as Node)['schemas'] as Record<string, Node>
    const operations = Object.entries(
      body['paths'] as Record<string, Record<string, Node>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) =>
        operationOf(path, method, operation, schemas),
      ),
    )
    return new OpenApiDocument(operations)
  }

  /** Calls, and holds both the request and the answer against the document. */
  async call(world: TestWorld, path: string, asked: Asked = {}): Promise<Answered> {
    const answered = await ask(world, path, asked)
    const method = asked.method ?? (asked.body === undefined ? 'GET' : 'POST')
    const bare = path.split('?', 1)[0] as string
    const operation = this.operations.find((one) => one.method === method && one.path.test(bare))
    assert.ok(operation, `${method} ${path} is documented`)
    const { id } = operation
    if (answered.status < 300 && asked.body !== undefined) {
      assert.ok(operation.body?.Check(asked.body), `${id}: the request fits its schema`)
    }
    const answers = operation.answers[answered.status] ?? operation.answers['default']
    const type = (answered.headers.get('content-type') ?? '').split(';', 1)[0] as string
    const schema = answers?.[type]
    assert.ok(schema, `${id}: ${answered.status} ${type} is documented: ${answered.text}`)
    const value = type.endsWith('json') ? answered.body : answered.text
    assert.deepEqual(schema.Errors(value), [], `${id} ${answered.status}: ${answered.text}`)
    if (answered.status < 300) this.succeeded.add(id)
    return answered
  }

  /** Calls what must succeed. */
  async ok(world: TestWorld, path: string, asked: Asked = {}): Promise<Answered> {
    const answered = await this.call(world, path, asked)
    assert.ok(answered.status < 300, `${path}: ${answered.status} ${answered.text}`)
    if (path.startsWith('/v1')) assert.equal(answered.headers.get('cache-control'), 'no-store')
    return answered
  }
}

function operationOf(
  path: string,
  method: string,
  operation: Node,
  schemas: Readonly<Record<string, Node>>,
): Operation {
  const compile = (schema: unknown): Validator => Compile(inline(schema, schemas) as never)
  const contents = (holder: unknown): Record<string, Validator> =>
    Object.fromEntries(
      Object.entries((holder as { content: Record<string, Node> }).content).map(([type, media]) => [
        type,
        compile(media['schema']),
      ]),
    )
  const body = operation['requestBody']
  return {
    id: operation['operationId'] as string,
    method: method.toUpperCase(),
    path: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    body: body === undefined ? undefined : contents(body)['application/json'],
    answers: Object.fromEntries(
      Object.entries(operation['responses'] as Node).map(([status, answer]) => [
        status,
        contents(answer),
      ]),
    ),
  }
}

/** The schema with every reference replaced by what it names. */
function inline(schema: unknown, schemas: Readonly<Record<string, Node>>): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map((member) => inline(member, schemas))
  const reference = (schema as Node)['$ref']
  if (typeof reference === 'string') {
    const name = reference.slice('#/components/schemas/'.length)
    assert.ok(schemas[name], `${reference} is in the document`)
    return inline(schemas[name], schemas)
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, member]) => [name, inline(member, schemas)]),
  )
}
