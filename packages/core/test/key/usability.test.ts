import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import type { Key, KeyVersion } from '../../src/key/key.ts'
import { KEY_TYPE_FACTS, KEY_TYPES } from '../../src/key/key-type.ts'
import { settle } from '../../src/key/lifecycle.ts'
import { type Purpose, type Usage, USAGES } from '../../src/key/purpose.ts'
import { specFacts } from '../../src/key/spec.ts'
import { KEY_STATES, type KeyState } from '../../src/key/state.ts'
import { assertUsable } from '../../src/key/usability.ts'
import { days, keyOf, T0, versionIn } from './key-fixture.ts'

type Answer = 'yes' | 'risk' | 'no'

/** SP 800-57 pt1 §7.1–7.6: what a half in each state may protect and process, written out by hand. */
const PROTECT: Readonly<Record<KeyState, Answer>> = {
  'pre-active': 'no',
  active: 'yes',
  suspended: 'no',
  deactivated: 'no',
  compromised: 'no',
  destroyed: 'no',
}
const PROCESS: Readonly<Record<KeyState, Answer>> = {
  'pre-active': 'no',
  active: 'yes',
  suspended: 'risk',
  deactivated: 'yes',
  compromised: 'risk',
  destroyed: 'no',
}

/** Every usage: what it is, which half of a pair it takes, and the purposes that admit it. */
const FACTS: Readonly<
  Record<
    Usage,
    readonly [Readonly<Record<KeyState, Answer>>, 'private' | 'public', readonly Purpose[]]
  >
> = {
  encrypt: [PROTECT, 'public', ['encrypt']],
  decrypt: [PROCESS, 'private', ['encrypt']],
  sign: [PROTECT, 'private', ['sign']],
  verify: [PROCESS, 'public', ['sign']],
  mac: [PROTECT, 'private', ['mac']],
  'verify-mac': [PROCESS, 'private', ['mac']],
  wrap: [PROTECT, 'public', ['encrypt', 'wrap']],
  unwrap: [PROCESS, 'private', ['encrypt', 'wrap']],
  derive: [PROTECT, 'private', ['derive']],
  agree: [PROTECT, 'private', ['agree']],
  encapsulate: [PROTECT, 'public', ['encapsulate']],
  decapsulate: [PROCESS, 'private', ['encapsulate']],
}

const soon = T0 + days(1) - 1

function codeOf(run: () => void): string {
  try {
    run()
  } catch (error) {
    if (isKeeperError(error)) return error.code
    throw error
  }
  return 'usable'
}

function expected(key: Key, version: KeyVersion, usage: Usage, acknowledged: boolean): string {
  const [table, half, purposes] = FACTS[usage]
  if (!purposes.includes(key.purpose)) return 'wrong-usage'
  const isPair = specFacts(key.spec).form === 'pair'
  const isPublic = isPair && half === 'public'
  const state = isPublic ? (version.publicState as KeyState) : version.state
  const answer = table[state]
  if (answer === 'no') return 'wrong-state'
  if (!isPublic && KEY_TYPE_FACTS[key.keyType].half === 'public') return 'wrong-usage'
  return answer === 'risk' && !acknowledged ? 'risk-not-acknowledged' : 'usable'
}

describe('every usage in every state of every type', () => {
  for (const keyType of KEY_TYPES) {
    for (const state of KEY_STATES) {
      test(`${keyType}, ${state}`, () => {
        const key = keyOf(keyType)
        const version = versionIn(key, state)
        for (const usage of USAGES) {
          for (const acknowledged of [false, true]) {
            const code = codeOf(() => assertUsable(key, version, usage, soon, acknowledged))
            assert.equal(
              code,
              expected(key, version, usage, acknowledged),
              `${usage}, ${acknowledged}`,
            )
          }
        }
      })
    }
  }
})

describe('dates and halves', () => {
  const refusal = (key: Key, version: KeyVersion, usage: Usage, at: number): string =>
    codeOf(() => assertUsable(key, version, usage, at, false))

  test('a signature verifies after its private half was destroyed, noticed or not', () => {
    const key = keyOf('private-signature')
    const active = versionIn(key, 'active')
    const after = (active.protectUntil as number) + 1
    for (const version of [active, settle(key, active, after)]) {
      assert.equal(refusal(key, version, 'verify', after), 'usable')
      assert.equal(refusal(key, version, 'sign', after), 'period-over')
    }
  })

  test('protection ends with its period, processing goes on', () => {
    const key = keyOf('symmetric-data-encryption')
    const active = versionIn(key, 'active')
    const end = active.protectUntil as number
    assert.equal(refusal(key, active, 'encrypt', end - 1), 'usable')
    assert.equal(refusal(key, active, 'encrypt', end), 'period-over')
    assert.equal(refusal(key, active, 'decrypt', end), 'usable')
  })

  test('a version deactivated by hand before its period ended is in the wrong state', () => {
    const key = keyOf('symmetric-data-encryption')
    assert.equal(refusal(key, versionIn(key, 'deactivated'), 'encrypt', soon), 'wrong-state')
  })

  test('processing after its period needs the risk acknowledged', () => {
    const key = keyOf('symmetric-data-encryption')
    const active = versionIn(key, 'active')
    const end = active.processUntil as number
    assert.equal(refusal(key, active, 'decrypt', end - 1), 'usable')
    assert.equal(refusal(key, active, 'decrypt', end), 'period-over')
    assertUsable(key, active, 'decrypt', end, true)
  })

  test('a suspended key processes only with the risk acknowledged, protects never', () => {
    const key = keyOf('symmetric-data-encryption', { suspension: { at: T0 + 7, reason: 'audit' } })
    for (const state of ['active', 'deactivated'] as const) {
      const version = versionIn(key, state)
      assert.equal(refusal(key, version, 'decrypt', soon), 'risk-not-acknowledged')
      assert.equal(refusal(key, version, 'encrypt', soon), 'wrong-state')
      assertUsable(key, version, 'decrypt', soon, true)
    }
  })

  test('a refusal says in which state, since when, and what to do', () => {
    const key = keyOf('symmetric-data-encryption')
    const version = versionIn(key, 'compromised')
    assert.throws(
      () => assertUsable(key, version, 'decrypt', soon, false),
      (error) =>
        isKeeperError(error) &&
        error.details['state'] === 'compromised' &&
        error.details['since'] === version.compromise?.occurredAt &&
        /acknowledge the risk/.test(error.message),
    )
  })
})
