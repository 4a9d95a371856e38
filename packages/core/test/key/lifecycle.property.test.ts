import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { isKeeperError } from '../../src/error.ts'
import { periodMs } from '../../src/key/cryptoperiod.ts'
import type { Key, KeyVersion, Transition } from '../../src/key/key.ts'
import { KEY_TYPES, type KeyType } from '../../src/key/key-type.ts'
import { dueAt, effectiveHalfState, recordCompromise, settle } from '../../src/key/lifecycle.ts'
import { KEY_STATES, type KeyState } from '../../src/key/state.ts'
import { ALICE, days, freshVersion, KEEPER, keyOf, moveTo, T0 } from './key-fixture.ts'

/**
 * SP 800-57 pt1 §7 in as few lines as it takes, to hold against the code: states as letters, edges as
 * pairs. Knows nothing of the tables under test.
 */
const LETTER: Readonly<Record<KeyState, string>> = {
  'pre-active': 'p',
  active: 'a',
  suspended: 's',
  deactivated: 'd',
  compromised: 'c',
  destroyed: 'x',
}
const EDGES = new Set('pa pc px as ad ac ax sa sd sc sx dc dx cx'.split(' '))
const PARTING: readonly KeyType[] = ['private-signature', 'private-authentication']
const ENDS_DESTROYED: readonly KeyType[] = [
  ...PARTING,
  'symmetric-random-number-generation',
  'symmetric-master',
  'private-ephemeral-key-agreement',
  'public-ephemeral-key-agreement',
  'symmetric-authorization',
  'private-authorization',
  'public-authorization',
]

class Model {
  readonly keyType: KeyType
  readonly protectMs: number
  state = 'p'
  publicState = 'p'
  activateAt: number | undefined
  protectUntil: number | undefined
  last = T0

  constructor(key: Key, activateAt: number | undefined) {
    this.keyType = key.keyType
    this.protectMs = periodMs(key.cryptoperiod.protectDays)
    this.activateAt = activateAt
  }

  /** The half that decides. */
  get living(): string {
    return this.state === 'x' ? this.publicState : this.state
  }

  advance(now: number, destroyAt: number | undefined): void {
    const doom = destroyAt ?? Number.POSITIVE_INFINITY
    const start = this.activateAt ?? Number.POSITIVE_INFINITY
    if (this.state === 'p' && start <= now && start < doom) this.activate(start)
    const end = this.protectUntil ?? Number.POSITIVE_INFINITY
    if (this.state === 'a' && end <= now && end < doom) {
      this.last = Math.max(this.last, end)
      this.state = ENDS_DESTROYED.includes(this.keyType) ? 'x' : 'd'
      this.publicState = PARTING.includes(this.keyType) ? 'd' : this.state
    }
    if (doom <= now && this.living !== 'x') {
      this.last = Math.max(this.last, doom)
      this.state = this.publicState = 'x'
    }
  }

  activate(at: number): void {
    this.last = Math.max(this.last, at)
    this.state = this.publicState = 'a'
    this.protectUntil ??= this.last + this.protectMs
  }

  /** Whether the move is taken. */
  move(to: string, now: number): boolean {
    if (!EDGES.has(this.living + to)) return false
    if (to === 'a') {
      if (this.state === 's' && now >= (this.protectUntil ?? Number.POSITIVE_INFINITY)) return false
      this.activate(now)
      return true
    }
    this.last = Math.max(this.last, now)
    const parts = to === 'd' && PARTING.includes(this.keyType)
    this.state = parts || this.state === 'x' ? 'x' : to
    this.publicState = to
    return true
  }
}

type Act =
  | { readonly kind: 'move'; readonly to: KeyState }
  | { readonly kind: 'wait'; readonly days: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'learn-compromise' }
  | { readonly kind: 'suspend-key' | 'resume-key' | 'cancel-destruction' }
  | { readonly kind: 'schedule-destruction'; readonly days: number }

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('move' as const),
        to: fc.constantFrom(...KEY_STATES),
      }),
    },
    // Backwards too: clocks of two nodes differ.
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        days: fc.integer({ min: -3, max: 900 }),
      }),
    },
    fc.record({
      kind: fc.constantFrom(
        'settle',
        'learn-compromise',
        'suspend-key',
        'resume-key',
        'cancel-destruction',
      ),
    }),
    fc.record({
      kind: fc.constant('schedule-destruction' as const),
      days: fc.integer({ min: 1, max: 400 }),
    }),
  ) as fc.Arbitrary<Act>,
  { maxLength: 24 },
)

/** Everything that must hold of a record at all times. */
function assertSound(key: Key, version: KeyVersion): void {
  let before: Transition | undefined
  const halves = { private: 'none', public: 'none' }
  for (const transition of version.history) {
    assert.ok(before === undefined || transition.at >= before.at, 'history runs forward')
    for (const half of transition.half === undefined
      ? (['private', 'public'] as const)
      : [transition.half]) {
      assert.equal(transition.from, halves[half], 'each transition begins where the last ended')
      if (transition.from !== 'none') {
        const edge = LETTER[transition.from] + LETTER[transition.to]
        const straightToDestroyed = edge === 'ax' && transition.half === 'private'
        assert.ok(EDGES.has(edge) || straightToDestroyed, `forbidden edge ${edge}`)
      }
      halves[half] = transition.to
    }
    before = transition
  }
  assert.equal(halves.private, version.state)
  if (version.publicState !== undefined) assert.equal(halves.public, version.publicState)
  if (version.state === 'destroyed')
    assert.equal(version.material, undefined, 'destroyed has no material')
  if (version.publicState !== undefined && version.publicState !== version.state) {
    assert.ok(PARTING.includes(key.keyType), 'only signature and authentication pairs part')
    assert.equal(version.state, 'destroyed')
  }
  const dates = [version.createdAt, version.activatedAt, version.deactivatedAt, version.destroyedAt]
  const known = dates.filter((date) => date !== undefined)
  assert.deepEqual(
    known,
    known.toSorted((one, other) => one - other),
    'dates run forward',
  )
}

function assertAgrees(key: Key, version: KeyVersion, model: Model, now: number): void {
  const settled = settle(key, version, now, KEEPER)
  assertSound(key, settled)
  assert.equal(LETTER[settled.state], model.state)
  if (settled.publicState !== undefined)
    assert.equal(LETTER[settled.publicState], model.publicState)
  const due = dueAt(key, settled)
  assert.ok(due === undefined || due > now, 'nothing due is left undone')
  assert.equal(settle(key, settled, now, ALICE), settled, 'settling again changes nothing')
  for (const half of ['private', 'public'] as const) {
    const stored = half === 'public' ? (settled.publicState ?? settled.state) : settled.state
    const covered =
      key.suspension !== undefined && (stored === 'active' || stored === 'deactivated')
    assert.equal(effectiveHalfState(key, version, half, now), covered ? 'suspended' : stored)
  }
}

interface World {
  key: Key
  version: KeyVersion
  now: number
  readonly model: Model
}

function take(world: World, act: Act): void {
  const { key, model } = world
  switch (act.kind) {
    case 'wait':
      // The model has seen what the dates brought about; before a clock goes back, the record has too.
      if (act.days < 0) world.version = settle(key, world.version, world.now, KEEPER)
      world.now += days(act.days)
      return
    case 'settle':
      world.version = settle(key, world.version, world.now, KEEPER)
      return
    case 'suspend-key':
      world.key = { ...key, suspension: { at: world.now, reason: 'investigation' } }
      return
    case 'resume-key': {
      const { suspension: _lifted, ...rest } = key
      world.key = rest
      return
    }
    case 'cancel-destruction': {
      // What fell due stays done: an operation settles before it changes the key.
      world.version = settle(key, world.version, world.now, KEEPER)
      const { destroyAt: _cancelled, ...rest } = key
      world.key = rest
      return
    }
    case 'schedule-destruction':
      world.version = settle(key, world.version, world.now, KEEPER)
      world.key = { ...key, destroyAt: world.now + days(act.days) }
      return
    case 'learn-compromise':
      learn(world)
      return
    case 'move': {
      const taken = model.move(LETTER[act.to], world.now)
      try {
        world.version = moveTo(key, world.version, act.to, world.now)
        assert.ok(taken, `the code took a move to ${act.to} that the model forbids`)
      } catch (error) {
        if (!isKeeperError(error)) throw error
        assert.ok(!taken, `the code refused: ${error.message}`)
        assert.ok(error.code === 'wrong-state' || error.code === 'period-over')
      }
    }
  }
}

function learn(world: World): void {
  const { now, model } = world
  const compromise = { occurredAt: now - 1, reportedAt: now, reason: 'found' }
  const change = { at: now, by: ALICE, reason: 'found', compromise }
  const before = settle(world.key, world.version, now)
  const gone = model.living === 'x'
  try {
    world.version = recordCompromise(world.key, world.version, change)
    assert.equal(world.version.compromise, compromise)
    if (gone) assert.deepEqual(world.version.history, before.history, 'an event, not a transition')
    else assert.ok(model.move('c', now))
  } catch (error) {
    if (!isKeeperError(error) || error.code !== 'wrong-state') throw error
    assert.ok(before.compromise !== undefined, 'refused only when one is recorded already')
  }
}

describe('no sequence of acts', () => {
  for (const keyType of KEY_TYPES) {
    test(`leads a ${keyType} key off the table`, () => {
      fc.assert(
        fc.property(
          acts,
          fc.option(fc.integer({ min: -5, max: 60 }), { nil: undefined }),
          fc.boolean(),
          (sequence, delay, endless) => {
            const cryptoperiod = { protectDays: 'unlimited', processDays: 'unlimited' } as const
            const key = keyOf(keyType, endless ? { cryptoperiod } : {})
            const activateAt = delay === undefined ? undefined : T0 + days(delay)
            const world: World = {
              key,
              version: freshVersion(key, activateAt),
              now: T0,
              model: new Model(key, activateAt),
            }
            for (const act of sequence) {
              world.model.advance(world.now, world.key.destroyAt)
              take(world, act)
              world.model.advance(world.now, world.key.destroyAt)
              assertSound(world.key, world.version)
              assertAgrees(world.key, world.version, world.model, world.now)
            }
          },
        ),
        { numRuns: 150 },
      )
    })
  }
})
