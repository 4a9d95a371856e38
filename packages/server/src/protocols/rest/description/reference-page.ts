import type { SchemaObject } from './components.ts'

/*
 * The API reference as one page without scripts, fonts or images: there is nothing in it that a browser
 * would fetch from anywhere, and nothing that a policy would have to allow but its one style sheet.
 */

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:3rem;text-transform:capitalize}code,pre{font:14px/1.4 ui-monospace,monospace}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}
details{border:1px solid #8886;border-radius:6px;margin:.5rem 0;padding:.25rem .75rem}summary{cursor:pointer;padding:.25rem 0}
.method{display:inline-block;min-width:4rem;font-weight:600}.muted{opacity:.7}`

/** Nothing but the page's own style; not even itself in a frame (CSP Level 3 §6). */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export const PAGE_STYLE_PATH = '/docs/style.css'
export const PAGE_STYLE = STYLE

interface Operation {
  readonly method: string
  readonly path: string
  readonly operation: SchemaObject
}

/** The page for an OpenAPI document. */
export function referencePage(document: Readonly<Record<string, unknown>>): string {
  const paths = document['paths'] as Readonly<Record<string, Readonly<Record<string, unknown>>>>
  const { version } = document['info'] as { readonly version: string }
  const { schemas } = document['components'] as {
    readonly schemas: Readonly<Record<string, SchemaObject>>
  }
  const tags = new Map<string, Operation[]>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, value] of Object.entries(methods)) {
      const operation = value as SchemaObject
      const [tag = ''] = operation['tags'] as readonly string[]
      const group = tags.get(tag) ?? []
      group.push({ method: method.toUpperCase(), path, operation })
      tags.set(tag, group)
    }
  }
  const groups = [...tags].map(
    ([tag, operations]) =>
      `<h2 id="${escape(tag)}">${escape(tag)}</h2>${operations.map(operationPart).join('')}`,
  )
  const named = Object.entries(schemas).map(
    ([name, schema]) =>
      `<details id="schema-${escape(name)}"><summary><code>${escape(name)}</code></summary>${schemaPart(schema)}</details>`,
  )
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Claviger API</title><link rel="stylesheet" href="${PAGE_STYLE_PATH}"></head><body><h1>Claviger API <span class="muted">${escape(version)}</span></h1><p>The same as <a href="/openapi.json">openapi.json</a>. Send a bearer token in <code>Authorization</code>; problems come as RFC 9457.</p><p>${[...tags.keys()].map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join(' · ')} · <a href="#schemas">schemas</a></p>${groups.join('')}<h2 id="schemas">schemas</h2>${named.join('')}</body></html>`
}

function operationPart({ method, path, operation }: Operation): string {
  const parameters = operation['parameters'] as readonly SchemaObject[]
  const body = operation['requestBody'] as SchemaObject | undefined
  const responses = Object.entries(operation['responses'] as SchemaObject)
  const rows = parameters.map(
    ({ name, in: place, description, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${escape(place)}</td><td>${typePart(schema)} ${escape(description ?? (schema as SchemaObject)['description'])}</td></tr>`,
  )
  const answers = responses.map(
    ([status, response]) => `<tr><td>${escape(status)}</td><td>${contentPart(response)}</td></tr>`,
  )
  const action = operation['x-claviger-action']
  const description = operation['description']
  return `<details id="${escape(operation['operationId'])}"><summary><span class="method">${method}</span><code>${escape(path)}</code> <span class="muted">${escape(operation['summary'])}</span></summary>${
    description === undefined ? '' : `<p>${escape(description)}</p>`
  }${action === undefined ? '' : `<p>Action <code>${escape(action)}</code></p>`}${
    rows.length === 0 ? '' : `<h4>Parameters</h4><table>${rows.join('')}</table>`
  }${body === undefined ? '' : `<h4>Body</h4>${contentPart(body)}`}<h4>Answers</h4><table>${answers.join('')}</table></details>`
}

function contentPart(value: unknown): string {
  const content = ((value as SchemaObject)['content'] ?? {}) as Readonly<Record<string, unknown>>
  return Object.entries(content)
    .map(
      ([type, media]) => `<p>${escape(type)}: ${typePart((media as SchemaObject)['schema'])}</p>`,
    )
    .join('')
}

function schemaPart(schema: SchemaObject): string {
  const properties = schema['properties'] as Readonly<Record<string, SchemaObject>> | undefined
  const required = (schema['required'] ?? []) as readonly string[]
  if (properties === undefined) return `<p>${typePart(schema)}</p>`
  const rows = Object.entries(properties).map(
    ([name, member]) =>
      `<tr><td><code>${escape(name)}</code>${required.includes(name) ? '' : ' <span class="muted">optional</span>'}</td><td>${typePart(member)}</td><td>${escape(member['description'])}</td></tr>`,
  )
  return `<table>${rows.join('')}</table>`
}

/** A schema in a few words; named ones link to where they are. */
function typePart(value: unknown): string {
  const schema = (value ?? {}) as SchemaObject
  const reference = schema['$ref']
  if (typeof reference === 'string') {
    const name = escape(reference.slice(reference.lastIndexOf('/') + 1))
    return `<a href="#schema-${name}">${name}</a>`
  }
  const union = schema['anyOf'] as readonly unknown[] | undefined
  if (union !== undefined) return union.map(typePart).join(' or ')
  if (schema['type'] === 'array') return `list of ${typePart(schema['items'])}`
  const choices = schema['enum'] as readonly unknown[] | undefined
  if (choices !== undefined) {
    return choices.map((choice) => `<code>${escape(choice)}</code>`).join(' ')
  }
  if ('const' in schema) return `<code>${escape(schema['const'])}</code>`
  const coding = schema['contentEncoding'] ?? schema['format']
  return escape(coding ?? schema['type'] ?? 'any')
}

function escape(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
