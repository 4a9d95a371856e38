import assert from 'node:assert/strict'
import { encodeBase64 } from '@claviger/bytes'
import { randomBytes } from '@claviger/crypto'
import { type Reply, type RestClient, UnknownOutcome } from './rest-client.ts'

interface Promised {
  readonly name: string
  readonly id: string
  readonly ciphertext: string
  readonly plaintext: string
}

/** Creates keys and encrypts under them, and holds a server to every answer it gave. */
export class KeptPromises {
  readonly promised: Promised[] = []
  /** Names of keys whose creation was refused: they are there whole or not at all. */
  readonly refused: string[] = []
  #made = 0

  /** Goes on until something is refused; the refusal. */
  async untilRefused(officer: RestClient, stepsMax = 20_000): Promise<Reply> {
    for (let step = 0; step < stepsMax; step++) {
      const refusal = await this.step(officer)
      if (refusal !== undefined) return refusal
    }
    assert.fail('nothing was refused')
  }

  /** One creation and one encryption; the refusal if there is one. */
  async step(officer: RestClient): Promise<Reply | undefined> {
    const name = `key-${++this.#made}`
    const labels = { filler: 'x'.repeat(200) }
    const created = await officer
      .call('POST', '/v1/keys', { name, spec: 'aes-256', labels })
      .catch((error: unknown) => {
        this.refused.push(name)
        throw error
      })
    if (created.status !== 201) {
      this.refused.push(name)
      return created
    }
    const plaintext = encodeBase64(randomBytes(32))
    const { id } = created.json.key
    const encrypted = await officer.call('POST', `/v1/keys/${id}/encrypt`, { plaintext })
    if (encrypted.status !== 200) {
      this.refused.push(name)
      return encrypted
    }
    this.promised.push({ name, id, plaintext, ciphertext: encrypted.json.ciphertext })
    return undefined
  }

  /** Every acknowledged ciphertext opens; what was refused is whole or not there. */
  async assertKept(officer: RestClient): Promise<void> {
    for (const { name, id, ciphertext, plaintext } of this.promised) {
      const opened = await officer.ok('POST', `/v1/keys/${id}/decrypt`, { ciphertext })
      assert.equal(opened.plaintext, plaintext, name)
    }
    for (const name of this.refused) {
      const found = await officer.call('GET', `/v1/keys/${name}/history`)
      if (found.status === 404) continue
      assert.equal(found.status, 200, found.text)
      assert.equal(found.json.versions.length, 1, name)
      const used = await officer.call('POST', `/v1/keys/${name}/encrypt`, { plaintext: 'AAAA' })
      assert.equal(used.status, 200, used.text)
    }
  }

  /** Each key that is there has one entry that tells of its creation. */
  assertTold(entries: readonly string[]): void {
    const created = new Map<string, number>()
    for (const entry of entries) {
      const { action, outcome, target } = JSON.parse(entry) as {
        action: string
        outcome: string
        target: { name: string }
      }
      if (action !== 'key.create' || outcome !== 'allowed') continue
      created.set(target.name, (created.get(target.name) ?? 0) + 1)
    }
    for (const { name } of this.promised) assert.equal(created.get(name), 1, `entries of ${name}`)
    for (const name of this.refused) assert.ok((created.get(name) ?? 0) <= 1, `entries of ${name}`)
  }
}

/** Whether the error is that the server went away. */
export const isCut = (error: unknown): boolean => error instanceof UnknownOutcome
