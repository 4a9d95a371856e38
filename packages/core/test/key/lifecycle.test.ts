import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import {
  defaultCryptoperiod,
  KEY_TYPE_FACTS,
  KEY_TYPES,
  type KeyType,
} from '../../src/key/key-type.ts'
import {
  destroyDueAt,
  dueAt,
  effectiveHalfState,
  effectiveState,
  isDestroyDue,
  move,
  permittedMoves,
  recordCompromise,
  resumedState,
  SCHEDULE,
  settle,
} from '../../src/key/lifecycle.ts'
import { KEY_STATES, type KeyState } from '../../src/key/state.ts'
import { ALICE, days, freshVersion, KEEPER, keyOf, moveTo, T0, versionIn } from './key-fixture.ts'

/** SP 800-57 pt1 §7.1–7.6, transitions 2 to 15, written out independently of the code's own table. */
const EDGES: ReadonlySet<string> = new Set([
  'pre-active>destroyed',
  'pre-active>compromised',
  'pre-active>active',
  'active>destroyed',
  'active>compromised',
  'active>suspended',
  'active>deactivated',
  'suspended>destroyed',
  'suspended>active',
  'suspended>compromised',
  'suspended>deactivated',
  'deactivated>compromised',
  'deactivated>destroyed',
  'compromised>destroyed',
])

/** Where the halves part at the end of the originator-usage period (T5 with T8). */
const PARTING: readonly KeyType[] = ['private-signature', 'private-authentication']

/** What the end of the originator-usage period makes of each type: private or only half, public half. */
const ENDS: Readonly<Record<KeyType, readonly [KeyState, KeyState?]>> = {
  'private-signature': ['destroyed', 'deactivated'],
  'public-signature-verification': ['deactivated', 'deactivated'],
  'symmetric-authentication': ['deactivated'],
  'private-authentication': ['destroyed', 'deactivated'],
  'public-authentication': ['deactivated', 'deactivated'],
  'symmetric-data-encryption': ['deactivated'],
  'symmetric-key-wrapping': ['deactivated'],
  'symmetric-random-number-generation': ['destroyed'],
  'symmetric-master': ['destroyed'],
  'private-key-transport': ['deactivated', 'deactivated'],
  'public-key-transport': ['deactivated', 'deactivated'],
  'symmetric-key-agreement': ['deactivated'],
  'private-static-key-agreement': ['deactivated', 'deactivated'],
  'public-static-key-agreement': ['deactivated', 'deactivated'],
  'private-ephemeral-key-agreement': ['destroyed', 'destroyed'],
  'public-ephemeral-key-agreement': ['destroyed', 'destroyed'],
  'symmetric-authorization': ['destroyed'],
  'private-authorization': ['destroyed', 'destroyed'],
  'public-authorization': ['destroyed', 'destroyed'],
}

const later = T0 + days(1) - 1

describe('every edge of every type', () => {
  for (const keyType of KEY_TYPES) {
    for (const from of KEY_STATES) {
      for (const to of KEY_STATES) {
        test(`${keyType}: ${from} to ${to}`, () => {
          const key = keyOf(keyType)
          const version = versionIn(key, from)
          const permitted = EDGES.has(`${from}>${to}`)
          if (!permitted) {
            assert.throws(
              () => moveTo(key, version, to, later),
              (error) =>
                isKeeperError(error) &&
                error.code === 'wrong-state' &&
                error.details['from'] === from &&
                error.details['to'] === to &&
                Array.isArray(error.details['permitted']),
            )
            return
          }
          const moved = moveTo(key, version, to, later)
          const parts = PARTING.includes(keyType) && to === 'deactivated'
          const stays = PARTING.includes(keyType) && from === 'deactivated'
          assert.equal(moved.state, parts || stays ? 'destroyed' : to)
          assert.equal(moved.publicState, version.publicState === undefined ? undefined : to)
          assert.equal(
            moved.material !== undefined,
            hasMaterial(keyType) && moved.state !== 'destroyed',
          )
          assert.equal(
            moved.compromise !== undefined,
            to === 'compromised' || from === 'compromised',
          )
          assert.ok(moved.history.length > version.history.length)
          assert.equal(moved.history.at(-1)?.to, to)
          assert.equal(moved.history.at(-1)?.at, later)
        })
      }
    }
  }

  test('what may follow is what the table says', () => {
    for (const state of KEY_STATES) {
      const version = versionIn(keyOf('symmetric-data-encryption'), state)
      const expected = KEY_STATES.filter((to) => EDGES.has(`${state}>${to}`))
      assert.deepEqual(new Set(permittedMoves(version)), new Set(expected))
    }
  })
})

function hasMaterial(keyType: KeyType): boolean {
  return KEY_TYPE_FACTS[keyType].half !== 'public'
}

describe('the end of the originator-usage period', () => {
  for (const keyType of KEY_TYPES) {
    test(`${keyType} ends as ${ENDS[keyType].join(', public ')}`, () => {
      const key = keyOf(keyType)
      const active = moveTo(key, freshVersion(key), 'active', T0)
      const until = T0 + days(defaultCryptoperiod(key.keyType).protectDays)
      assert.equal(dueAt(key, active), until)
      assert.equal(settle(key, active, until - 1, KEEPER), active)
      const ended = settle(key, active, until + days(40), KEEPER)
      assert.deepEqual([ended.state, ended.publicState], [ENDS[keyType][0], ENDS[keyType][1]])
      assert.equal(
        ended.history.at(-1)?.at,
        until,
        'recorded when it was due, not when it was noticed',
      )
      assert.equal(ended.history.at(-1)?.by, KEEPER)
      assert.equal(
        ended.material !== undefined,
        hasMaterial(keyType) && ended.state !== 'destroyed',
      )
      const parted = PARTING.includes(keyType)
      assert.deepEqual(
        ended.history.slice(2).map(({ half }) => half),
        parted ? ['private', 'public'] : [undefined],
      )
    })

    test(`${keyType}: a date never moves what is suspended`, () => {
      const key = keyOf(keyType)
      const suspended = versionIn(key, 'suspended')
      const at = T0 + days(40_000)
      assert.equal(dueAt(key, suspended), undefined)
      assert.equal(settle(key, suspended, at, KEEPER), suspended)
      assert.equal(effectiveState(key, suspended, at), 'suspended')
      assert.equal(resumedState(suspended, at), 'deactivated')
      assert.throws(
        () => moveTo(key, suspended, 'active', at),
        (error) => isKeeperError(error) && error.code === 'period-over',
      )
      assert.equal(
        moveTo(key, suspended, 'deactivated', at).publicState ?? 'deactivated',
        'deactivated',
      )
    })
  }
})

describe('dates', () => {
  const key = keyOf('symmetric-data-encryption')

  test('activation starts both periods', () => {
    const active = moveTo(key, freshVersion(key), 'active', T0 + 5)
    assert.equal(active.activatedAt, T0 + 5)
    assert.equal(active.protectUntil, T0 + 5 + days(730))
    assert.equal(active.processUntil, T0 + 5 + days(1825))
  })

  test('resuming does not start them again', () => {
    const suspended = versionIn(key, 'suspended')
    const resumed = moveTo(key, suspended, 'active', T0 + days(3))
    assert.equal(resumed.activatedAt, suspended.activatedAt)
    assert.equal(resumed.protectUntil, suspended.protectUntil)
  })

  test('a planned activation and the end of the period are settled in one go, each on its day', () => {
    const planned = freshVersion(key, T0 + days(10))
    assert.equal(dueAt(key, planned), T0 + days(10))
    const settled = settle(key, planned, T0 + days(5_000), KEEPER)
    assert.deepEqual(
      settled.history.map(({ to, at }) => [to, at]),
      [
        ['pre-active', T0],
        ['active', T0 + days(10)],
        ['deactivated', T0 + days(740)],
      ],
    )
    assert.equal(settled.deactivatedAt, T0 + days(740))
    assert.equal(dueAt(key, settled), undefined)
  })

  test('an activation planned for the past happens at creation', () => {
    const settled = settle(key, freshVersion(key, T0 - days(9)), T0, KEEPER)
    assert.equal(settled.activatedAt, T0)
  })

  test('a late call does not go round a period', () => {
    const active = versionIn(key, 'active')
    assert.throws(
      () => moveTo(key, active, 'suspended', T0 + days(800)),
      (error) => isKeeperError(error) && error.details['from'] === 'deactivated',
    )
    const destroyed = moveTo(key, active, 'destroyed', T0 + days(800))
    assert.deepEqual(
      destroyed.history.slice(-2).map(({ to, by }) => [to, by]),
      [
        ['deactivated', SCHEDULE],
        ['destroyed', ALICE],
      ],
    )
  })

  test('a scheduled destruction happens in every living state, on its day', () => {
    const at = T0 + days(7)
    const doomed = keyOf('symmetric-data-encryption', { destroyAt: at })
    for (const state of KEY_STATES) {
      const version = versionIn(key, state)
      if (state === 'destroyed') {
        assert.equal(dueAt(doomed, version), undefined)
        continue
      }
      assert.equal(dueAt(doomed, version), at)
      const settled = settle(doomed, version, at + 1, KEEPER)
      assert.equal(settled.state, 'destroyed')
      assert.equal(settled.destroyedAt, at)
      assert.equal(effectiveState(doomed, version, at - 1), version.state)
      assert.equal(effectiveState(doomed, version, at), 'destroyed')
    }
  })

  test('the end of the recipient-usage period is a notice, never a destruction', () => {
    const active = versionIn(key, 'active')
    const due = destroyDueAt(active) as number
    assert.equal(due, active.processUntil)
    const settled = settle(key, active, due + days(1_000), KEEPER)
    assert.equal(settled.state, 'deactivated')
    assert.equal(isDestroyDue(settled, due - 1), false)
    assert.equal(isDestroyDue(settled, due), true)
    assert.equal(isDestroyDue(moveTo(key, settled, 'destroyed', due), due), false)
  })

  test('a clock set back does not reorder a history', () => {
    const active = moveTo(key, freshVersion(key), 'active', T0 - days(2))
    assert.equal(active.activatedAt, T0)
    assert.equal(active.history.at(-1)?.at, T0)
  })

  test('a suspended key overlays its versions', () => {
    const suspendedKey = keyOf('private-signature', { suspension: { at: T0, reason: 'audit' } })
    const expected: Readonly<Record<KeyState, readonly [KeyState, KeyState]>> = {
      'pre-active': ['pre-active', 'pre-active'],
      active: ['suspended', 'suspended'],
      suspended: ['suspended', 'suspended'],
      deactivated: ['destroyed', 'suspended'],
      compromised: ['compromised', 'compromised'],
      destroyed: ['destroyed', 'destroyed'],
    }
    for (const state of KEY_STATES) {
      const version = versionIn(suspendedKey, state)
      const halves = (['private', 'public'] as const).map((half) =>
        effectiveHalfState(suspendedKey, version, half, T0 + days(1)),
      )
      assert.deepEqual(halves, expected[state])
    }
  })
})

describe('compromise', () => {
  const key = keyOf('private-signature')
  const change = { at: T0 + 10, by: ALICE, reason: 'leak' }
  const compromise = { occurredAt: T0 + 1, reportedAt: T0 + 2, reason: 'leak' }
  const refused = (run: () => unknown, code = 'invalid-input'): void =>
    assert.throws(run, (error) => isKeeperError(error) && error.code === code)

  test('keeps both dates', () => {
    const moved = move(key, freshVersion(key), 'compromised', { ...change, compromise })
    assert.deepEqual(moved.compromise, compromise)
  })

  test('needs its dates, in order, not in the future, and whole', () => {
    const version = freshVersion(key)
    const refuse = (bad: typeof compromise): void =>
      refused(() => move(key, version, 'compromised', { ...change, compromise: bad }))
    refused(() => move(key, version, 'compromised', change))
    refuse({ ...compromise, occurredAt: T0 + 3 })
    refuse({ ...compromise, reportedAt: T0 + 11 })
    refuse({ ...compromise, occurredAt: Number.NaN })
  })

  test('is carried by no other move', () => {
    refused(() => move(key, freshVersion(key), 'active', { ...change, compromise }))
  })

  test('learnt of after destruction stays with the metadata, without a transition', () => {
    const destroyed = versionIn(key, 'destroyed')
    const at = T0 + days(1)
    const recorded = recordCompromise(key, destroyed, { at, by: ALICE, reason: 'leak', compromise })
    assert.equal(recorded.state, 'destroyed')
    assert.deepEqual(recorded.compromise, compromise)
    assert.deepEqual(recorded.history, destroyed.history)
    refused(() => recordCompromise(key, recorded, { ...change, at, compromise }), 'wrong-state')
    refused(() => recordCompromise(key, destroyed, { ...change, at }))
  })

  test('reaches the public half of a private signature key already destroyed', () => {
    const ended = versionIn(key, 'deactivated')
    const at = T0 + days(1)
    for (const act of [
      move(key, ended, 'compromised', { ...change, at, compromise }),
      recordCompromise(key, ended, { ...change, at, compromise }),
    ]) {
      assert.deepEqual([act.state, act.publicState], ['destroyed', 'compromised'])
      assert.equal(act.history.at(-1)?.half, 'public')
    }
  })
})
