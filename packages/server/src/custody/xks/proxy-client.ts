import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { rootCertificates } from 'node:tls'
import { constantTimeEqual, encodeBase64, encodeUtf8 } from '@claviger/bytes'
import { hashHex, hmac } from '@claviger/crypto'
import { type SigV4Crypto, signRequest } from '@claviger/sigv4'
import {
  assertFitKey,
  assertHealthy,
  parseAnswer,
  parseOpened,
  parseSealed,
  type ProxySealed,
} from './proxy-answer.ts'
import { type ProxyFailure, proxyFailure } from './proxy-failure.ts'

/** A proxy as a key store knows it. */
export interface Proxy {
  /** `https://host[:port]` */
  readonly endpoint: string
  /** `[/prefix]/kms/xks/v1` */
  readonly path: string
  /** The region that requests are signed for. */
  readonly region: string
  readonly accessKeyId: string
  /** The bytes of its text; whoever made this wipes them. */
  readonly secret: Uint8Array
}

/** `requestMetadata`: what the proxy is told of the call that this one serves. */
export interface ProxyRequestMetadata {
  readonly awsPrincipalArn?: string
  readonly kmsKeyArn?: string
  readonly kmsOperation: string
  readonly kmsRequestId: string
}

export interface ProxyClientOptions {
  /** Authorities (PEM) beside the system's own. */
  readonly authorities?: readonly string[]
  /** Hosts it may speak to; any when absent. */
  readonly hosts?: readonly string[]
  /** From the first byte sent to the last one read, connecting included. */
  readonly timeoutMs: number
  readonly now: () => number
}

const SERVICE = 'kms-xks-proxy'
/** The largest answer has 8 KiB in base64. */
const ANSWER_BYTES_MAX = 65_536
const SOCKETS_MAX = 64
const NOTHING = new Uint8Array()

const crypto: SigV4Crypto = {
  sha256Hex: (data) => hashHex('sha256', data),
  hmacSha256: (key, data) => hmac('sha256', key, data),
  equal: constantTimeEqual,
}

/**
 * Speaks the External Key Store Proxy API (1.0.3) to any proxy. What it throws is `custody-unavailable` with the
 * reason in its details, or `authentication-failed` for a ciphertext that the proxy does not open.
 */
export class ProxyClient {
  readonly #options: ProxyClientOptions
  readonly #agent: Agent
  readonly #hosts: readonly string[] | undefined

  constructor(options: ProxyClientOptions) {
    this.#options = options
    // RFC 4343: names of hosts have no case. A URL has them in lower case.
    this.#hosts = options.hosts?.map((host) => host.toLowerCase())
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: SOCKETS_MAX,
      minVersion: 'TLSv1.2',
      ...(options.authorities !== undefined && {
        ca: [...rootCertificates, ...options.authorities],
      }),
    })
  }

  async assertHealthy(proxy: Proxy, metadata: ProxyRequestMetadata): Promise<void> {
    assertHealthy(await this.#call(proxy, '/health', metadata, {}))
  }

  async assertFitKey(proxy: Proxy, key: string, metadata: ProxyRequestMetadata): Promise<void> {
    assertFitKey(await this.#call(proxy, `/keys/${key}/metadata`, metadata, {}))
  }

  async encrypt(
    proxy: Proxy,
    key: string,
    { plaintext, aad }: { readonly plaintext: Uint8Array; readonly aad: Uint8Array },
    metadata: ProxyRequestMetadata,
  ): Promise<ProxySealed> {
    const fields = await this.#call(proxy, `/keys/${key}/encrypt`, metadata, {
      ...aadField(aad),
      plaintext: encodeBase64(plaintext),
      encryptionAlgorithm: 'AES_GCM',
      ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
    })
    return parseSealed(fields, plaintext.length, aad)
  }

  async decrypt(
    proxy: Proxy,
    key: string,
    { sealed, aad }: { readonly sealed: ProxySealed; readonly aad: Uint8Array },
    metadata: ProxyRequestMetadata,
  ): Promise<Uint8Array> {
    const fields = await this.#call(proxy, `/keys/${key}/decrypt`, metadata, {
      ...aadField(aad),
      ciphertext: encodeBase64(sealed.ciphertext),
      ...(sealed.metadata.length > 0 && { ciphertextMetadata: encodeBase64(sealed.metadata) }),
      encryptionAlgorithm: 'AES_GCM',
      initializationVector: encodeBase64(sealed.iv),
      authenticationTag: encodeBase64(sealed.tag),
    })
    return parseOpened(fields, sealed.ciphertext.length)
  }

  close(): void {
    this.#agent.destroy()
  }

  async #call(
    proxy: Proxy,
    path: string,
    requestMetadata: ProxyRequestMetadata,
    members: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>>> {
    const { endpoint, region, accessKeyId, secret } = proxy
    const url = new URL(`${endpoint}${proxy.path}${path}`)
    this.#assertAllowed(url)
    const body = encodeUtf8(JSON.stringify({ requestMetadata, ...members }))
    const headers = { host: url.host, 'content-type': 'application/json' }
    const signing = { accessKeyId, secret, region, service: SERVICE, now: this.#options.now() }
    const request = { method: 'POST', target: url.pathname, headers, body }
    const signed = signRequest(crypto, request, signing)
    const answer = await this.#send(url, { ...headers, ...signed }, body)
    return parseAnswer(answer.status, answer.body)
  }

  /** No scheme but HTTPS, no host that the operator has not let be, and no redirect is ever followed. */
  #assertAllowed({ protocol, hostname }: URL): void {
    if (protocol !== 'https:' || this.#hosts?.includes(hostname) === false) {
      throw proxyFailure('host-not-allowed')
    }
  }

  async #send(
    url: URL,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
  ): Promise<ProxyResponse> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs)
    const once = (): Promise<ProxyResponse> =>
      sendOnce(url, { agent: this.#agent, headers, signal }, body)
    try {
      return await once().catch((error: unknown) => {
        // The other side had closed a connection that was kept: nothing was done on it.
        if (isReset(error) && !signal.aborted) return once()
        throw error
      })
    } catch (error) {
      throw proxyFailure(signal.aborted ? 'timed-out' : reasonOf(error), error)
    }
  }
}

const aadField = (aad: Uint8Array): Record<string, string> =>
  aad.length === 0 ? {} : { additionalAuthenticatedData: encodeBase64(aad) }

interface ProxyResponse {
  readonly status: number
  readonly body: Uint8Array
}

interface SendOptions {
  readonly agent: Agent
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

class KeptConnectionReset extends Error {}
class InvalidAnswer extends Error {}

const isReset = (error: unknown): boolean => error instanceof KeptConnectionReset

function sendOnce(url: URL, options: SendOptions, body: Uint8Array): Promise<ProxyResponse> {
  return new Promise((resolve, reject) => {
    const { headers, ...rest } = options
    const length = { 'content-length': String(body.length) }
    const request = httpsRequest(url, {
      ...rest,
      method: 'POST',
      headers: { ...headers, ...length },
    })
    request.on('error', (error: NodeJS.ErrnoException) => {
      const reset = request.reusedSocket && error.code === 'ECONNRESET'
      reject(reset ? new KeptConnectionReset('reset', { cause: error }) : error)
    })
    request.on('response', (response) => {
      readAnswer(response).then(
        (read) => resolve({ status: response.statusCode ?? 0, body: read }),
        (error: unknown) => {
          request.destroy()
          reject(error instanceof Error ? error : new InvalidAnswer('the answer broke off'))
        },
      )
    })
    request.end(body)
  })
}

async function readAnswer(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new InvalidAnswer('the answer is too large')
    chunks.push(chunk)
  }
  return chunks.length === 0 ? NOTHING : Buffer.concat(chunks, length)
}

/** Codes of OpenSSL's certificate checks and of Node's own, all of which come before any request is sent. */
const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|EPROTO$|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|INVALID_|HOSTNAME_)/

function reasonOf(error: unknown): ProxyFailure {
  if (error instanceof InvalidAnswer) return 'invalid-response'
  const { code = '' } = error as NodeJS.ErrnoException
  if (TLS_CODE.test(code)) return 'tls-failed'
  // What the HTTP parser refuses, or an answer that ends in its midst.
  return code.startsWith('HPE_') ? 'invalid-response' : 'unreachable'
}
