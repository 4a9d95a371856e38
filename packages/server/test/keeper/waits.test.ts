import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  createKey,
  createObject,
  decrypt,
  destroyKey,
  encrypt,
  type Encrypted,
  getKey,
  type MaybePromise,
  readObject,
  reEncrypt,
  rotateKey,
  type Session,
  wrap,
} from '@claviger/core'
import { makeWorld, refuses, type World } from './world.ts'

/* What may change while a call waits for the disk, and is looked at again before the call does anything. */

const TEXT = new Uint8Array(16).fill(7)

/** Everything that passes here waits until it is opened. */
function makeGate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { passed: promise, open: () => resolve() }
}

/** Has the next read that `matches` wait; resolves when there is one. */
function holdRead(
  { store }: World,
  matches: (kind: string, id: string) => boolean,
): { readonly reached: Promise<void>; readonly release: () => void } {
  const gate = makeGate()
  const reached = makeGate()
  let held = false
  const get = store.get.bind(store)
  const getByName = store.getByName.bind(store)
  const wait = async (kind: string, id: string): Promise<void> => {
    if (held || !matches(kind, id)) return
    held = true
    reached.open()
    await gate.passed
  }
  store.get = async (kind, tenant, id) => {
    await wait(kind, id)
    return get(kind, tenant, id)
  }
  store.getByName = async (kind, tenant, name) => {
    await wait(kind, name)
    return getByName(kind, tenant, name)
  }
  return { reached: reached.passed, release: gate.open }
}

function endableSessions(world: World): { end(session: Session): void } {
  const ended = new Set<Session>()
  Object.assign(world.ports, { isCurrent: (session: Session) => !ended.has(session) })
  return { end: (session) => ended.add(session) }
}

describe('a session that ends while its call waits', () => {
  test('uses no key that had to be read', async () => {
    const world = makeWorld()
    const sessions = endableSessions(world)
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    world.keeper.keys.clear()
    const { reached, release } = holdRead(world, (kind) => kind === 'key')
    const sealing = world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
    await reached
    sessions.end(world.session)
    release()
    await assert.rejects(sealing, refuses('unauthenticated'))
    const event = world.log.events.at(-1)
    assert.deepEqual([event?.['outcome'], event?.['error']], ['denied', 'unauthenticated'])
  })

  test('uses no material that had to be opened', async () => {
    const world = makeWorld()
    const sessions = endableSessions(world)
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    const gate = makeGate()
    const reached = makeGate()
    const open = world.custody.open.bind(world.custody)
    world.custody.open = (...given): MaybePromise<Awaited<ReturnType<typeof open>>> => {
      reached.open()
      return gate.passed.then(() => open(...given))
    }
    const sealing = world.data(encrypt, { key: 'k', items: [{ plaintext: TEXT }] })
    await reached.passed
    sessions.end(world.session)
    gate.open()
    await assert.rejects(sealing, refuses('unauthenticated'))
  })

  test('commits no change and is shown nothing', async () => {
    const world = makeWorld()
    const sessions = endableSessions(world)
    await world.run(createKey, { name: 'k', spec: 'aes-256' })
    await world.run(createObject, { name: 'o', kind: 'secret-data', content: TEXT })
    const reading = holdRead(world, (kind) => kind === 'key')
    const rotating = world.run(rotateKey, { key: 'k' })
    await reading.reached
    const other = holdRead(world, (kind) => kind === 'object')
    const shown = world.run(readObject, { object: 'o' })
    await other.reached
    sessions.end(world.session)
    reading.release()
    other.release()
    await assert.rejects(rotating, refuses('unauthenticated'))
    await assert.rejects(shown, refuses('unauthenticated'))
    Object.assign(world.ports, { isCurrent: () => true })
    const { key } = await world.run(getKey, { key: 'k' })
    assert.equal(key.currentVersion, 1)
  })
})

describe('a key that changes while its item waits for a second one', () => {
  async function twoKeys(): Promise<{ world: World; item: Encrypted & { key: string } }> {
    const world = makeWorld()
    const { key } = await world.run(createKey, { name: 'from', spec: 'aes-256' })
    await world.run(createKey, { name: 'to', spec: 'aes-256' })
    const sealed = await world.data(encrypt, { key: 'from', items: [{ plaintext: TEXT }] })
    return { world, item: { key: key.id, ...sealed } }
  }

  test('is not used when it has been destroyed', async () => {
    const { world, item } = await twoKeys()
    const { reached, release } = holdRead(world, (_kind, id) => id === 'to')
    const items = [{ ...item, destination: 'to' }]
    const moving = world.data(reEncrypt, { key: 'from', items })
    await reached
    await world.run(destroyKey, { key: 'from', windowDays: 0 })
    release()
    await assert.rejects(moving, refuses('wrong-state'))
    assert.equal(world.custody.openCount, 1, 'of what was destroyed nothing is left open')
  })

  test('is used as it then is when it has been rotated', async () => {
    const { world, item } = await twoKeys()
    const { reached, release } = holdRead(world, (_kind, id) => id === 'to')
    const items = [{ ...item, destination: 'to' }]
    const moving = world.data(reEncrypt, { key: 'from', items })
    await reached
    await world.run(rotateKey, { key: 'from' })
    release()
    const moved = await moving
    const opened = await world.data(decrypt, { key: 'to', items: [{ ...moved }] })
    assert.deepEqual(new Uint8Array(opened.plaintext), TEXT)
  })

  test('wraps nothing when it has been destroyed', async () => {
    const world = makeWorld()
    await world.run(createKey, { name: 'kek', spec: 'aes-256', purpose: 'wrap' })
    await world.run(createKey, { name: 'k', spec: 'aes-256', exportable: true })
    const { reached, release } = holdRead(world, (_kind, id) => id === 'k')
    const wrapping = world.data(wrap, { key: 'kek', items: [{ target: 'k' }] })
    await reached
    await world.run(destroyKey, { key: 'kek', windowDays: 0 })
    release()
    await assert.rejects(wrapping, refuses('wrong-state'))
  })
})
