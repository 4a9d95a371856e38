import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { sharedTls } from '../../listen/fixture.ts'

interface SigningKey {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export interface Issued {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  /** Seconds since 1970; now if absent. */
  readonly at?: number
  readonly lifetimeSeconds?: number
}

export const AUDIENCE = 'https://kms.example.com'

/** An issuer of OpenID Connect over real HTTPS, whose keys `jose` makes. */
export class TestIssuer {
  readonly authorities: string
  readonly now: () => number
  #server: Server
  readonly #port: number
  #keys: SigningKey[] = []
  /** What was asked for, in order. */
  readonly asked: string[] = []
  /** What is answered in the place of what is true, by path. */
  readonly answers = new Map<string, unknown>()

  private constructor(server: Server, authorities: string, now: () => number) {
    this.#server = server
    this.#port = (server.address() as AddressInfo).port
    this.authorities = authorities
    this.now = now
    this.#serve()
  }

  static async start(alg = 'ES256', now = () => Date.now()): Promise<TestIssuer> {
    const { certificate, key, authority } = await sharedTls()
    const server = createServer({ cert: certificate, key })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const issuer = new TestIssuer(server, authority ?? '', now)
    await issuer.addKey(alg)
    return issuer
  }

  get url(): string {
    return `https://localhost:${this.#port}/realm`
  }

  get keys(): readonly SigningKey[] {
    return this.#keys
  }

  async addKey(alg: string, kid = `key-${this.#keys.length + 1}`): Promise<SigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
    const key = { kid, alg, privateKey, jwk }
    this.#keys.push(key)
    return key
  }

  /** Signs by a new key, and no longer publishes the ones before. */
  async rotate(): Promise<void> {
    const kid = `rotated-${this.asked.length}-${this.#keys.length}`
    const made = await this.addKey(this.#keys[0]?.alg ?? 'ES256', kid)
    this.#keys = [made]
  }

  sign({ claims = {}, header = {}, at, lifetimeSeconds = 300 }: Issued = {}): Promise<string> {
    const key = this.#keys.at(-1)
    if (key === undefined) throw new Error('no key')
    const iat = at ?? Math.floor(this.now() / 1_000)
    const body = {
      iss: this.url,
      aud: AUDIENCE,
      sub: 'release',
      iat,
      exp: iat + lifetimeSeconds,
      ...claims,
    }
    const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
    return new SignJWT(sent)
      .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'JWT', ...header })
      .sign(key.privateKey, { crit: { exotic: true } })
  }

  /** As a machine that is gone: nothing listens. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  async restart(): Promise<void> {
    const { certificate, key } = await sharedTls()
    this.#server = createServer({ cert: certificate, key })
    this.#serve()
    await new Promise<void>((resolve) =>
      this.#server.listen(this.#port, '127.0.0.1', () => resolve()),
    )
  }

  #serve(): void {
    this.#server.on('request', (request, response) => {
      const path = request.url ?? ''
      this.asked.push(path)
      const answer = this.answers.get(path) ?? this.#answer(path)
      response.statusCode = answer === undefined ? 404 : 200
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}))
    })
  }

  #answer(path: string): unknown {
    if (path === '/realm/.well-known/openid-configuration') {
      return { issuer: this.url, jwks_uri: `https://localhost:${this.#port}/keys` }
    }
    return path === '/keys' ? { keys: this.#keys.map(({ jwk }) => jwk) } : undefined
  }
}
