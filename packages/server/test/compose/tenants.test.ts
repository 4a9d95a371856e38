import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import * as core from '@claviger/core'
import type { Session } from '@claviger/core'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import type { Logger } from '../../src/logging/logger.ts'

const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }
const REQUEST = { protocol: 'test', peer: '127.0.0.1' }
const folder = mkdtempSync(join(tmpdir(), 'claviger-tenants-'))
let keeper: Composition
let operator: Session

const open = async (): Promise<void> => {
  keeper = await compose(developmentConfig(folder, 0), silent)
  await openDevelopmentKeeper(keeper, folder)
  operator = await sessionBy(readFileSync(join(folder, 'administrator.token'), 'utf8').trim())
}
const sessionBy = async (secret: string): Promise<Session> =>
  keeper.authenticator.bySecret(secret, '127.0.0.1')
const run = async <Kind extends core.TargetKind, Input, Output>(
  session: Session,
  operation: core.ManagementOperation<Kind, Input, Output>,
  input: Input,
): Promise<Output> => (await keeper.keeper.execute(session, operation, input, REQUEST)).output
const refuses = (code: string) => (error: unknown) =>
  core.isKeeperError(error) && error.code === code

before(open)
after(async () => {
  await keeper.close()
  rmSync(folder, { recursive: true, force: true })
})

interface House {
  readonly tenant: core.TenantId
  readonly secret: string
  readonly administrator: Session
  /** Manages keys, and uses them. */
  readonly dev: Session
  readonly devSecret: string
}

async function house(name: string): Promise<House> {
  const { tenant, secret } = await run(operator, core.createTenant, { name })
  const administrator = await sessionBy(secret)
  const roles = ['officer', 'user']
  await run(administrator, core.createPrincipal, { name: 'dev', kind: 'person', roles })
  const made = await run(administrator, core.createToken, {
    principal: 'dev',
    lifetimeSeconds: 600,
  })
  return {
    tenant: tenant.id,
    secret,
    administrator,
    dev: await sessionBy(made.secret),
    devSecret: made.secret,
  }
}

async function encrypted(session: Session, key: string) {
  const call = { key, items: [{ plaintext: encodeUtf8('attack at dawn') }] }
  const { results } = await keeper.keeper.executeData(session, core.encrypt, call, REQUEST)
  const [result] = results
  assert.ok(result?.ok)
  return result.value
}

test('tenants have keys of the same name, and nothing of the one is there for the other', async () => {
  const [red, blue] = [await house('red'), await house('blue')]
  const keys = []
  for (const { dev } of [red, blue]) {
    keys.push((await run(dev, core.createKey, { name: 'payments', spec: 'aes-256' })).key)
  }
  const [redKey] = keys
  assert.ok(redKey)
  await assert.rejects(run(blue.dev, core.getKey, { key: redKey.id }), refuses('not-found'))
  const listed = await run(blue.dev, core.listKeys, { filters: {}, limit: 10 })
  assert.deepEqual(
    listed.keys.map(({ key }) => key.tenant),
    [blue.tenant],
  )
  const sealed = await encrypted(red.dev, 'payments')
  const items = [{ key: redKey.id, ...sealed }]
  const opened = keeper.keeper.executeData(
    blue.dev,
    core.decrypt,
    { key: 'payments', items },
    REQUEST,
  )
  assert.equal((await opened).results[0]?.ok, false)
  const entries = await run(await auditorOf(blue), core.listEntries, { limit: 100 })
  assert.ok(entries.entries.length > 2)
  for (const { entry } of entries.entries) {
    assert.equal((JSON.parse(entry) as { tenant: string }).tenant, blue.tenant)
  }
  const foreign = await run(await auditorOf(red), core.listEntries, { limit: 1 })
  const index = foreign.entries[0]?.index ?? -1
  await assert.rejects(
    run(await auditorOf(blue, 'watcher'), core.entryReceipt, { index }),
    refuses('not-found'),
  )
})

async function auditorOf({ administrator }: House, name = 'auditor'): Promise<Session> {
  await run(administrator, core.createPrincipal, { name, kind: 'person', roles: ['auditor'] })
  const { secret } = await run(administrator, core.createToken, {
    principal: name,
    lifetimeSeconds: 600,
  })
  return sessionBy(secret)
}

test('the keeper is operated from its first tenant, whatever the policies of another say', async () => {
  const { administrator } = await house('green')
  const operating = { name: 'boss', kind: 'person', roles: ['operator'] } as const
  await assert.rejects(
    run(administrator, core.createPrincipal, operating),
    refuses('invalid-input'),
  )
  const text = 'permit (principal, action, resource);'
  await run(administrator, core.putPolicy, { name: 'all', text })
  for (const attempt of [
    run(administrator, core.createTenant, { name: 'mine' }),
    run(administrator, core.listTenants, { limit: 10 }),
    run(administrator, core.suspendTenant, { tenant: 'default' }),
    run(administrator, core.seal, {}),
    run(administrator, core.rotateRoot, { authorization: [] }),
  ]) {
    await assert.rejects(attempt, refuses('denied'))
  }
  assert.equal(keeper.ports.seal.status().sealed, false)
})

test("a suspended tenant's people are out before the answer, and only they", async () => {
  const [out, neighbour] = [await house('out'), await house('neighbour')]
  for (const { dev } of [out, neighbour]) {
    await run(dev, core.createKey, { name: 'k', spec: 'aes-256' })
    await encrypted(dev, 'k')
  }
  await run(operator, core.suspendTenant, { tenant: 'out' })
  const call = { key: 'k', items: [{ plaintext: encodeUtf8('x') }] }
  await assert.rejects(
    keeper.keeper.executeData(out.dev, core.encrypt, call, REQUEST),
    refuses('unauthenticated'),
  )
  await assert.rejects(sessionBy(out.devSecret), refuses('unauthenticated'))
  await encrypted(await sessionBy(neighbour.devSecret), 'k')
  await run(operator, core.resumeTenant, { tenant: 'out' })
  await encrypted(await sessionBy(out.devSecret), 'k')
})

test('tenants, their tokens and their keys are there again after a restart', async () => {
  const { dev, secret, devSecret, tenant } = await house('lasting')
  await run(dev, core.createKey, { name: 'k', spec: 'aes-256' })
  const sealed = await encrypted(dev, 'k')
  await keeper.close()
  await open()
  assert.equal((await sessionBy(secret)).tenant, tenant)
  const again = await sessionBy(devSecret)
  const { key } = await run(again, core.getKey, { key: 'k' })
  const items = [{ key: key.id, ...sealed }]
  const { results } = await keeper.keeper.executeData(
    again,
    core.decrypt,
    { key: 'k', items },
    REQUEST,
  )
  assert.ok(results[0]?.ok)
})
