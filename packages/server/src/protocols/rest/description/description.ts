import type { ServerResponse } from 'node:http'
import { openApiDocument } from './openapi.ts'
import { PAGE_POLICY, PAGE_STYLE, PAGE_STYLE_PATH, referencePage } from './reference-page.ts'

interface Page {
  readonly type: string
  readonly bytes: Buffer
}

/** The OpenAPI document and the page made of it, written once. */
export class Description {
  readonly #pages: ReadonlyMap<string, Page>

  constructor(version: string) {
    const document = openApiDocument(version)
    this.#pages = new Map([
      ['/openapi.json', page('application/json', JSON.stringify(document))],
      ['/docs', page('text/html; charset=utf-8', referencePage(document))],
      [PAGE_STYLE_PATH, page('text/css; charset=utf-8', PAGE_STYLE)],
    ])
  }

  answer(path: string, response: ServerResponse): void {
    const { type, bytes } = this.#pages.get(path) as Page
    response.writeHead(200, [
      'Content-Type',
      type,
      'Content-Length',
      String(bytes.length),
      'Cache-Control',
      'no-cache',
      'Content-Security-Policy',
      PAGE_POLICY,
      'X-Content-Type-Options',
      'nosniff',
      'Referrer-Policy',
      'no-referrer',
    ])
    response.end(response.req.method === 'HEAD' ? undefined : bytes)
  }
}

function page(type: string, text: string): Page {
  return { type, bytes: Buffer.from(text) }
}
