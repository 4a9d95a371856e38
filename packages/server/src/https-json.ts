import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { rootCertificates } from 'node:tls'

const BYTES_MAX = 256 * 1024
const TIMEOUT_MS = 5_000

/**
 * What is at an HTTPS URL, as JSON: no redirect is followed, and neither the time nor the length is without end.
 *
 * @param authorities PEM, beside the system's own
 */
export async function httpsJson(url: string, authorities?: string): Promise<unknown> {
  const response = await responseOf(new URL(url), authorities)
  try {
    if (response.statusCode !== 200) {
      throw new Error(`${url} answers with status ${response.statusCode ?? 0}`)
    }
    return JSON.parse(await textOf(response, url))
  } finally {
    response.destroy()
  }
}

function responseOf(url: URL, authorities: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(url, {
      agent: false,
      headers: { accept: 'application/json' },
      minVersion: 'TLSv1.2',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(authorities !== undefined && { ca: [...rootCertificates, authorities] }),
    })
    request.on('response', resolve)
    request.on('error', reject)
    request.end()
  })
}

async function textOf(response: IncomingMessage, url: string): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > BYTES_MAX) throw new Error(`the answer of ${url} is too large`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
