import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { Session } from '@claviger/core'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import type { Logger } from '../../src/logging/logger.ts'

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }
export const REQUEST = { protocol: 'test', peer: '127.0.0.1' }

export const secretOf = (text: string): SecretBytes => new SecretBytes(encodeUtf8(text))

export const refuses = (code: string) => (error: unknown) =>
  core.isKeeperError(error) && error.code === code

/** A tenant with its administrator, and somebody who manages keys and uses them. */
export interface House {
  readonly tenant: core.TenantId
  readonly administrator: string
  readonly dev: string
}

/** A whole keeper on the disk, whose clock the test moves. */
export class TenantWorld {
  readonly folder: string
  /** How far its clock is ahead of ours. */
  aheadMs = 0
  /** Where its clock stands, when it does. */
  stoppedAt: number | undefined
  #keeper: Composition | undefined

  /** @param folder of a keeper that was, or a fresh one */
  constructor(folder = mkdtempSync(join(tmpdir(), 'claviger-tenants-'))) {
    this.folder = folder
  }

  get keeper(): Composition {
    assert.ok(this.#keeper)
    return this.#keeper
  }

  async open(): Promise<void> {
    const clock = { now: () => (this.stoppedAt ?? Date.now()) + this.aheadMs }
    this.#keeper = await compose(developmentConfig(this.folder, 0), silent, clock)
    await openDevelopmentKeeper(this.keeper, this.folder)
  }

  async reopen(): Promise<void> {
    await this.keeper.close()
    await this.open()
  }

  async close(): Promise<void> {
    await this.keeper.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** The administrator and operator of the first tenant. */
  get operator(): string {
    return readFileSync(join(this.folder, 'administrator.token'), 'utf8').trim()
  }

  async session(token: string): Promise<Session> {
    return this.keeper.authenticator.bySecret(token, '127.0.0.1')
  }

  async run<Kind extends core.TargetKind, Input, Output>(
    token: string,
    operation: core.ManagementOperation<Kind, Input, Output>,
    input: Input,
  ): Promise<Output> {
    const session = await this.session(token)
    return (await this.keeper.keeper.execute(session, operation, input, REQUEST)).output
  }

  async house(name: string): Promise<House> {
    const { tenant, secret } = await this.run(this.operator, core.createTenant, { name })
    const roles = ['officer', 'user']
    await this.run(secret, core.createPrincipal, { name: 'dev', kind: 'person', roles })
    const made = await this.run(secret, core.createToken, {
      principal: 'dev',
      lifetimeSeconds: 86_400,
    })
    return { tenant: tenant.id, administrator: secret, dev: made.secret }
  }

  async encrypt(token: string, key: string, text = 'attack at dawn') {
    const call = { key, items: [{ plaintext: encodeUtf8(text) }] }
    const session = await this.session(token)
    const { results } = await this.keeper.keeper.executeData(session, core.encrypt, call, REQUEST)
    const [result] = results
    assert.ok(result !== undefined)
    if (!result.ok) throw result.error
    return result.value
  }

  protect({ administrator }: House, passphrase: string, current?: string) {
    return this.run(administrator, core.protectTenant, {
      passphrase: secretOf(passphrase),
      ...(current !== undefined && { currentPassphrase: secretOf(current) }),
    })
  }

  unseal({ administrator }: House, passphrase: string) {
    return this.run(administrator, core.unsealTenant, { passphrase: secretOf(passphrase) })
  }
}

/** One of everything that a tenant has wrapped. */
export async function furnish(
  world: TenantWorld,
  { administrator, dev }: House,
  when: string,
): Promise<void> {
  for (const spec of ['aes-256', 'ec-p256'] as const) {
    await world.run(dev, core.createKey, { name: `${when}-${spec}`, spec })
  }
  const content = encodeUtf8(`the plans of ${when}`)
  await world.run(dev, core.createObject, { name: when, kind: 'opaque', content })
  await world.run(administrator, core.createToken, {
    principal: 'dev',
    lifetimeSeconds: 600,
    sharedSecret: 'lasting',
  })
}
