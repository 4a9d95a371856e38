import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8, SecretBytes } from '@claviger/bytes'
import * as core from '@claviger/core'
import { DEFAULT_TENANT } from '@claviger/core'
import { EmergencyWatch } from '../../src/emergency-watch.ts'
import { createLogger } from '../../src/logging/logger.ts'
import { makeQuorumWorld, type Person, type QuorumWorld, refusal } from './quorum-world.ts'
import { REQUEST, sessionOf, T0 } from './world.ts'

const HOLDER: core.Session = { ...sessionOf('anonymous', []), authentication: 'anonymous' }
const VAULT = { name: 'vault', roles: ['officer'], shares: 3, threshold: 2 }
const HOUR = 3_600_000

interface Board extends QuorumWorld {
  readonly board: readonly Person[]
  readonly watch: EmergencyWatch
  readonly lines: string[]
  /** Texts of fresh shares, made with the board's consent. */
  readonly make: (name?: string) => Promise<readonly string[]>
  readonly open: (shares: readonly string[], name?: string) => Promise<core.OpenEmergencyOutput>
}

async function openBoard(): Promise<Board> {
  const world = makeQuorumWorld()
  const board = [await world.person('ann'), await world.person('ben')]
  const { as, admin, store, clock } = world
  const lines: string[] = []
  const logger = createLogger({
    level: 'warn',
    format: 'json',
    write: (line) => void lines.push(line),
    now: () => clock.now(),
  })
  const watch = new EmergencyWatch(store, clock, logger)
  const make = async (name = 'vault'): Promise<readonly string[]> => {
    const input = { ...VAULT, name }
    const request = await world.asked(as(admin, core.createEmergency, input))
    for (const one of board) await world.approve(one, request)
    const { shares } = await as(admin, core.createEmergency, input)
    return shares.map((share) => Buffer.from(share.exposeBytes()).toString())
  }
  const open: Board['open'] = (shares, name = 'vault') =>
    as(HOLDER, core.openEmergency, {
      name,
      shares: shares.map((share) => new SecretBytes(encodeUtf8(share))),
      reason: 'fire',
    })
  const members = [{ principal: 'ann' }, { principal: 'ben' }]
  await as(admin, core.createGroup, { name: 'board', members })
  return { ...world, board, watch, lines, make, open }
}

async function guarded(): Promise<Board> {
  const world = await openBoard()
  const guards = { group: 'board', approvals: 2, guards: ['emergency'] }
  await world.as(world.admin, core.installGuards, guards)
  return world
}

const problem = async (call: Promise<unknown>): Promise<unknown> =>
  (await refusal(call)).details['problem']

test('it is made under a quorum, and not by one person who finds none', async () => {
  const { as, admin } = await openBoard()
  const made = await refusal(as(admin, core.createEmergency, VAULT))
  assert.equal(made.code, 'denied')
  assert.match(made.message, /under a quorum/)
  const rule = { name: 'narrow', actions: ['break-glass.create'], approvals: 1, group: 'board' }
  await as(admin, core.createQuorum, { ...rule, labels: { critical: 'yes' } })
  assert.equal((await refusal(as(admin, core.createEmergency, VAULT))).code, 'denied')
})

test('roles that exclude each other are not to be had in an emergency either', async () => {
  const world = await guarded()
  const { as, admin } = world
  const input = { ...VAULT, roles: ['administrator', 'user'] }
  const request = await world.asked(as(admin, core.createEmergency, input))
  for (const one of world.board) await world.approve(one, request)
  assert.match((await refusal(as(admin, core.createEmergency, input))).message, /^nobody is /)
})

test('wrong, altered, stale, foreign, doubled and too few shares are told apart', async () => {
  const world = await guarded()
  const [one = '', two = '', three = ''] = await world.make()
  const [foreign = ''] = await world.make('other')
  const typo = `${two.slice(0, -1)}${two.endsWith('0') ? '1' : '0'}`
  assert.equal(await problem(world.open([one])), 'too-few')
  assert.equal(await problem(world.open([one, one])), 'duplicate')
  assert.equal(await problem(world.open([one, typo])), 'mistyped')
  assert.equal(await problem(world.open([one, foreign])), 'foreign')
  assert.equal(await problem(world.open([one, two, 'clv-share-none'])), 'mistyped')
  assert.equal((await refusal(world.open([one, two], 'nothing'))).code, 'not-found')
  const { emergency } = await world.open([three, one])
  assert.equal(emergency.opened?.until, T0 + HOUR)
  await world.as(world.admin, core.closeEmergency, { name: 'vault' })
  const fresh = await world.make()
  assert.equal(await problem(world.open([one, two])), 'stale')
  await world.open(fresh.slice(1))
})

test('an opening is a token for its time, and the next one ends it', async () => {
  const world = await guarded()
  const shares = await world.make()
  const { emergency } = await world.open(shares)
  const tokenOf = async (id: string | undefined): Promise<core.Token | undefined> =>
    (await world.store.get('token', DEFAULT_TENANT, id ?? ''))?.value
  const first = await tokenOf(emergency.opened?.token)
  assert.equal(first?.expiresAt, T0 + HOUR)
  assert.equal(first.principal, emergency.principal)
  const events = world.log.events.filter(({ action }) => action === 'break-glass.open')
  assert.deepEqual(
    events.map(({ outcome, tenant }) => [outcome, tenant]),
    [['allowed', DEFAULT_TENANT]],
  )
  assert.equal(JSON.stringify(events).includes(shares[0] ?? '-'), false)
})

test('nobody is let in as it by any other way', async () => {
  const { as, admin, make } = await guarded()
  await make()
  const principal = 'emergency/vault'
  for (const call of [
    as(admin, core.createToken, { principal, lifetimeSeconds: 60 }),
    as(admin, core.updatePrincipal, { principal, roles: ['user'] }),
    as(admin, core.updatePrincipal, { principal, certificates: [new Uint8Array(1)] }),
    as(admin, core.enrollPrincipal, { principal, keys: [] }),
    as(admin, core.createGroup, { name: 'g', members: [{ principal }] }),
  ]) {
    assert.match((await refusal(call)).message, /its shares alone open it/)
  }
})

test('shut out, it opens for nobody', async () => {
  const { as, admin, make, open } = await guarded()
  const shares = await make()
  await as(admin, core.updatePrincipal, { principal: 'emergency/vault', disabled: true })
  assert.equal((await refusal(open(shares))).code, 'wrong-state')
})

test('what is open is told of: at once, after a restart, and until it ends', async () => {
  const world = await guarded()
  const { watch, lines, clock, store } = world
  const shares = await world.make()
  const see = async (): Promise<void> => {
    const id = 'keeper/break-glass/vault'
    const stored = await store.get('attachment', DEFAULT_TENANT, id)
    await watch.observe('attachment', DEFAULT_TENANT, id, stored?.value)
  }
  await see()
  assert.deepEqual([watch.open, lines], [[], []])
  const { emergency } = await world.open(shares)
  await see()
  assert.deepEqual(watch.open, [{ name: 'vault', until: T0 + HOUR }])
  assert.match(lines.join(''), /an emergency credential is open.*officer/)
  const logger = createLogger({
    level: 'warn',
    format: 'json',
    write: (line) => void lines.push(line),
    now: () => 0,
  })
  const later = new EmergencyWatch(store, clock, logger)
  await later.load()
  assert.equal(later.open.length, 1)
  assert.equal(lines.length, 2, 'a restart says it again')
  const id = emergency.opened?.token ?? ''
  const token = await store.get('token', DEFAULT_TENANT, id)
  assert.ok(token)
  await later.observe('token', DEFAULT_TENANT, id, { ...token.value, revokedAt: T0 })
  assert.deepEqual(later.open, [])
  clock.set(T0 + HOUR)
  assert.deepEqual(watch.open, [])
  clock.set(T0)
  await world.keeper.execute(world.admin, core.closeEmergency, { name: 'vault' }, REQUEST)
  await see()
  assert.deepEqual(watch.open, [])
  assert.match(lines.join(''), /an emergency credential was closed/)
})
