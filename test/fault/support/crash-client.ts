import assert from 'node:assert/strict'
import { encodeBase64, encodeHex } from '@claviger/bytes'
import { randomBytes } from '@claviger/crypto'
import { type Reply, type RestClient, UnknownOutcome } from './rest-client.ts'

/** A key as its only writer knows it. */
export interface ModelKey {
  readonly id: string
  readonly name: string
  readonly spec: string
  lastVersion: number
  suspended: boolean
  destroyed: boolean
  /** Changed or created since the last check. */
  touched: boolean
  readonly protected: { text: string; plaintext: string; message: string }[]
}

export interface ModelToken {
  readonly id: string
  readonly secret: string
  revoked: boolean
}

/** A call that was answered with success. */
export interface Acknowledgement {
  readonly action: string
  /** Id of the target; a creation's is its name. */
  readonly target: string
  readonly entry: number
  readonly version?: number
}

/** A call that was cut off: it happened or it did not. */
export interface Pending {
  readonly action: string
  readonly target: string
  readonly spec?: string
  readonly idempotencyKey?: string
}

export interface Connections {
  readonly officer: RestClient
  readonly administrator: RestClient
}

const SPECS = ['aes-256', 'aes-256', 'ec-p256', 'hmac-sha256'] as const
const LIVE_KEYS_MAX = 4
const KEPT_MAX = 8

/** One writer: owns its keys and tokens, does one thing at a time, and remembers what it was told. */
export class CrashClient {
  readonly name: string
  readonly keys: ModelKey[] = []
  readonly tokens: ModelToken[] = []
  acknowledged: Acknowledgement[] = []
  pending: Pending | undefined
  readonly #sharedKey: string
  #made = 0

  constructor(name: string, sharedKey: string) {
    this.name = name
    this.#sharedKey = sharedKey
  }

  /** Works until the server is gone. */
  async work(connections: Connections): Promise<void> {
    try {
      for (;;) await this.#step(connections)
    } catch (error) {
      if (!(error instanceof UnknownOutcome)) throw error
    }
  }

  /** Asks again for a creation that was cut off: the same key answers, made then or now. */
  async retryCreation(officer: RestClient): Promise<void> {
    const { pending } = this
    if (pending?.action !== 'key.create') return
    const { target: name, spec = '', idempotencyKey = '' } = pending
    const reply = await officer.call(
      'POST',
      '/v1/keys',
      { name, spec },
      idempotency(idempotencyKey),
    )
    assert.equal(reply.status, 201, reply.text)
    this.#keep(reply, name, spec)
  }

  async #step(connections: Connections): Promise<void> {
    const dice = Math.random()
    const live = this.keys.filter(({ destroyed }) => !destroyed)
    const key = live[Math.floor(Math.random() * live.length)]
    if (dice < 0.08) return this.#token(connections.administrator)
    if (dice < 0.12) return this.#rotateShared(connections.officer)
    if (key === undefined || (dice < 0.2 && live.length < LIVE_KEYS_MAX)) {
      return this.#create(connections.officer)
    }
    if (dice < 0.26) return this.#destroy(connections.officer, key)
    if (key.suspended || dice < 0.34) return this.#toggle(connections.officer, key)
    if (dice < 0.46) return this.#rotate(connections.officer, key)
    return this.#use(connections.officer, key)
  }

  async #create(officer: RestClient): Promise<void> {
    const name = `${this.name}-${++this.#made}`
    const spec = SPECS[Math.floor(Math.random() * SPECS.length)] as string
    const idempotencyKey = encodeHex(randomBytes(8))
    this.pending = { action: 'key.create', target: name, spec, idempotencyKey }
    const body = { name, spec }
    this.#keep(
      await officer.call('POST', '/v1/keys', body, idempotency(idempotencyKey)),
      name,
      spec,
    )
  }

  #keep(reply: Reply, name: string, spec: string): void {
    const { key } = this.#acknowledge(reply, 'key.create', name, 201)
    this.keys.push({
      id: key.id,
      name,
      spec,
      lastVersion: 1,
      suspended: false,
      destroyed: false,
      touched: true,
      protected: [],
    })
  }

  async #rotate(officer: RestClient, key: ModelKey): Promise<void> {
    const answer = await this.#change(officer, key, 'rotate', {})
    key.lastVersion++
    assert.equal(answer.key.lastVersion, key.lastVersion, 'no version skipped or reused')
  }

  async #toggle(officer: RestClient, key: ModelKey): Promise<void> {
    await this.#change(officer, key, key.suspended ? 'resume' : 'suspend', { reason: 'test' })
    key.suspended = !key.suspended
  }

  async #destroy(officer: RestClient, key: ModelKey): Promise<void> {
    await this.#change(officer, key, 'destroy', { windowDays: 0 })
    key.destroyed = true
  }

  async #change(officer: RestClient, key: ModelKey, verb: string, body: unknown) {
    key.touched = true
    this.pending = { action: `key.${verb}`, target: key.id }
    const reply = await officer.call('POST', `/v1/keys/${key.id}/${verb}`, body)
    return this.#acknowledge(reply, `key.${verb}`, key.id)
  }

  async #use(officer: RestClient, key: ModelKey): Promise<void> {
    const plaintext = encodeBase64(randomBytes(24))
    const verb = key.spec.startsWith('aes') ? 'encrypt' : key.spec === 'ec-p256' ? 'sign' : 'mac'
    this.pending = { action: `key.${verb}`, target: key.id }
    const body = verb === 'encrypt' ? { plaintext } : { message: plaintext }
    const reply = await officer.call('POST', `/v1/keys/${key.id}/${verb}`, body)
    const answer = this.#acknowledge(reply, `key.${verb}`, key.id)
    assert.equal(answer.version, key.lastVersion, 'the version that was acknowledged last')
    const text = answer.ciphertext ?? answer.signature ?? answer.mac
    key.protected.push({ text, plaintext, message: plaintext })
    // The oldest goes, but for the very first: it is under version 1.
    if (key.protected.length > KEPT_MAX) key.protected.splice(1, 1)
  }

  async #rotateShared(officer: RestClient): Promise<void> {
    this.pending = { action: 'key.rotate', target: this.#sharedKey }
    const reply = await officer.call('POST', `/v1/keys/${this.#sharedKey}/rotate`, {})
    // Many writers: somebody may have to be told to try again.
    if (reply.status === 409 && reply.json.code === 'conflict') {
      this.pending = undefined
      return
    }
    this.#acknowledge(reply, 'key.rotate', this.#sharedKey)
  }

  async #token(administrator: RestClient): Promise<void> {
    const live = this.tokens.find(({ revoked }) => !revoked)
    if (live !== undefined && Math.random() < 0.5) {
      this.pending = { action: 'token.revoke', target: live.id }
      const reply = await administrator.call('DELETE', `/v1/tokens/${live.id}`)
      this.#acknowledge(reply, 'token.revoke', live.id)
      live.revoked = true
      return
    }
    this.pending = { action: 'token.create', target: this.name }
    const path = `/v1/principals/${this.name}/tokens`
    const reply = await administrator.call('POST', path, { lifetimeSeconds: 86_400 })
    const { token, secret } = this.#acknowledge(reply, 'token.create', this.name, 201)
    this.tokens.push({ id: token.id, secret, revoked: false })
  }

  #acknowledge(reply: Reply, action: string, target: string, status = 200): Reply['json'] {
    assert.equal(reply.status, status, `${action} of ${target}: ${reply.text}`)
    this.pending = undefined
    const { entry, key } = reply.json
    const version = action === 'key.rotate' ? key.lastVersion : undefined
    this.acknowledged.push({ action, target, entry, ...(version !== undefined && { version }) })
    return reply.json
  }
}

const idempotency = (key: string) => ({ 'idempotency-key': key })
