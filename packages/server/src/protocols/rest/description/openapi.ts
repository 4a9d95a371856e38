import type { TSchema } from 'typebox'
import { DATA_ROUTES } from '../data-routes.ts'
import type { Route } from '../route.ts'
import { MANAGEMENT_ROUTES } from '../routes.ts'
import { DATA_SCHEMAS, type DataVerb } from '../schema/data.ts'
import { HealthAnswer } from '../schema/operation.ts'
import { Problem } from '../schema/problem.ts'
import { Type } from 'typebox'
import { Components } from './components.ts'

/** A route as the document shows it: the data operations are among them. */
export interface DescribedRoute extends Route {
  readonly id: string
  readonly tag: string
  /** Says more than the summary. */
  readonly description?: string
}

const DATA_DESCRIPTION =
  'One item with its fields at the top, or up to 1,000 in `items`, each answered on its own.'

/** Every route of the protocol, in the order of the document. */
export function describedRoutes(): readonly DescribedRoute[] {
  const management = Object.entries(MANAGEMENT_ROUTES).map(([id, route]: [string, Route]) => ({
    ...route,
    id,
    tag: route.path.split('/')[2] ?? '',
  }))
  const data = Object.entries(DATA_ROUTES).map(([id, { segment, action, summary }]) => {
    const schemas = DATA_SCHEMAS[id as DataVerb]
    return {
      id,
      tag: 'data',
      method: 'POST' as const,
      path: `/v1/keys/{key}/${segment}`,
      action,
      summary,
      description: DATA_DESCRIPTION,
      body: Type.Union([schemas.single, schemas.batch]),
      answer: Type.Union([schemas.singleAnswer, schemas.batchAnswer]),
    }
  })
  return [...data, ...management, ...OPEN_ROUTES]
}

const OPEN_ROUTES: readonly DescribedRoute[] = [
  {
    id: 'health',
    tag: 'operation',
    method: 'GET',
    path: '/health',
    summary: 'Whether the keeper would serve; 503 if not. Also /health/live and /health/ready',
    access: 'anyone',
    answer: HealthAnswer,
    whileSealed: true,
  },
  {
    id: 'metrics',
    tag: 'operation',
    method: 'GET',
    path: '/metrics',
    summary: 'OpenMetrics text, for the roles auditor and operator unless configured open',
    answer: 'text',
  },
]

/** The OpenAPI 3.1 document; the schemas the routes are validated by are JSON Schema 2020-12 already. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  const components = new Components()
  const problem = components.refer(Problem)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of describedRoutes()) {
    const path = (paths[route.path] ??= {})
    path[route.method.toLowerCase()] = operationOf(route, components, problem)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Claviger',
      version,
      summary: "The keeper's own protocol",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { certificate: [] }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        certificate: { type: 'mutualTLS' },
      },
      schemas: components.schemas,
    },
  }
}

function operationOf(
  route: DescribedRoute,
  components: Components,
  problem: unknown,
): Readonly<Record<string, unknown>> {
  const { id, tag, summary, description, action, access, body, status = 200 } = route
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(action !== undefined && { 'x-claviger-action': action }),
    ...(access === 'anyone' && { security: [] }),
    ...(access === 'share' && { security: [{}, { token: [] }] }),
    parameters: parametersOf(route, components),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.refer(body) } },
      },
    }),
    responses: {
      [status]: answerOf(route, components),
      ...(id === 'health' && { 503: answerOf(route, components) }),
      default: {
        description: 'A problem (RFC 9457)',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  }
}

function answerOf(
  route: DescribedRoute,
  components: Components,
): Readonly<Record<string, unknown>> {
  const text = { schema: { type: 'string' } }
  return {
    description: route.summary,
    headers: {
      ...(route.action !== undefined && {
        'Claviger-Entry': {
          description: 'Index of the audit entry that tells of this call',
          schema: { type: 'integer', minimum: 0 },
        },
      }),
      ...(route.conditional === true && {
        ETag: { description: 'The revision, in quotes', schema: { type: 'string' } },
      }),
    },
    content: {
      ...contentOf(route, components),
      ...(route.pem === true && { 'application/x-pem-file': text }),
    },
  }
}

function contentOf(
  { id, answer }: DescribedRoute,
  components: Components,
): Readonly<Record<string, unknown>> {
  if (answer === 'bytes') return { 'application/octet-stream': { schema: {} } }
  if (answer !== 'text') return { 'application/json': { schema: components.refer(answer) } }
  const type = id === 'metrics' ? 'application/openmetrics-text' : 'text/plain'
  return { [type]: { schema: { type: 'string' } } }
}

function parametersOf(route: DescribedRoute, components: Components): readonly unknown[] {
  const parameters: unknown[] = []
  for (const [, name] of route.path.matchAll(/\{(\w+)\}/g)) {
    const description = name === 'index' ? 'Index of the entry' : 'Id or name; write `/` as %2F'
    const schema = { type: 'string', minLength: 1, maxLength: 128 }
    parameters.push({ name, in: 'path', required: true, description, schema })
  }
  const query = (route.query as { properties?: Readonly<Record<string, TSchema>> } | undefined)
    ?.properties
  for (const [name, schema] of Object.entries(query ?? {})) {
    parameters.push({ name, in: 'query', required: false, schema: components.refer(schema) })
  }
  const header = (name: string, description: string, maxLength = 128): void => {
    const schema = { type: 'string', maxLength }
    parameters.push({ name, in: 'header', required: false, description, schema })
  }
  if (route.idempotent === true) {
    header('Idempotency-Key', 'Repeats of the request with the same key give the first answer')
  }
  if (route.conditional === true) {
    header('If-Match', 'The `ETag` that was read; refused with 412 if it has changed since')
  }
  if (route.path.startsWith('/v1/')) {
    header('Claviger-Request-Id', "The caller's own id, for the audit entry")
    header('Claviger-Reason', 'Why, for those who have to approve it', 512)
  }
  return parameters
}
