import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import {
  type AlgorithmProfile,
  type AlgorithmStatus,
  assertAlgorithm,
  disallowedWithin,
  judge,
} from '../../src/key/algorithm-policy.ts'
import {
  ALGORITHM_PROFILES,
  ALGORITHM_RULES,
  ALGORITHM_STATUSES,
} from '../../src/key/algorithm-rules.ts'
import { type Mechanism, MECHANISM_NAMES, suits } from '../../src/key/mechanism.ts'
import { KEY_SPEC_NAMES, type KeySpec } from '../../src/key/spec.ts'
import { keyOf } from './key-fixture.ts'

const at = (day: string): number => Date.parse(`${day}T12:00:00Z`)
const DAYS = ['2026-06-01', '2030-12-31', '2031-01-01', '2035-12-31', '2036-01-01'] as const

type Row = readonly [KeySpec, Mechanism, AlgorithmProfile, string, string]

/** a acceptable, d deprecated, l legacy, x disallowed: one letter for each of DAYS, to protect, to process. */
const ROWS: readonly Row[] = [
  ['aes-128', 'aes-gcm', 'nist', 'aaaaa', 'aaaaa'],
  ['aes-256', 'aes-cbc', 'nist', 'aaaaa', 'aaaaa'],
  ['aes-256', 'aes-ecb', 'nist', 'xxxxx', 'lllll'],
  ['hmac-sha1', 'hmac-sha1', 'nist', 'ddxxx', 'ddlll'],
  ['hmac-sha224', 'hmac-sha224', 'nist', 'ddxxx', 'ddlll'],
  ['hmac-sha3-224', 'hmac-sha3-224', 'nist', 'ddxxx', 'ddlll'],
  ['hmac-sha256', 'hmac-sha256', 'nist', 'aaaaa', 'aaaaa'],
  ['rsa-2048', 'rsa-pss-sha256', 'nist', 'aaddx', 'aaddl'],
  ['rsa-2048', 'rsa-pkcs1', 'nist', 'xxxxx', 'lllll'],
  ['rsa-2048', 'rsa-oaep-sha1', 'nist', 'ddxxx', 'ddlll'],
  ['rsa-4096', 'rsa-pkcs1-sha1', 'nist', 'xxxxx', 'lllll'],
  ['rsa-4096', 'rsa-pkcs1-sha256', 'nist', 'aaaax', 'aaaal'],
  ['rsa-4096', 'rsa-oaep-sha256', 'nist', 'aaaax', 'aaaal'],
  ['ec-p256', 'ecdsa-sha256', 'nist', 'aaaax', 'aaaal'],
  ['ec-p256', 'ecdsa-sha1', 'nist', 'xxxxx', 'lllll'],
  ['ec-p384', 'ecdh', 'nist', 'aaaax', 'aaaal'],
  ['ed25519', 'ed25519', 'nist', 'aaaax', 'aaaal'],
  ['x25519', 'x25519', 'nist', 'aaaax', 'aaaal'],
  ['ml-kem-768', 'ml-kem', 'nist', 'aaaaa', 'aaaaa'],
  ['ml-dsa-44', 'ml-dsa', 'nist', 'aaaaa', 'aaaaa'],
  ['slh-dsa-sha2-128s', 'slh-dsa', 'nist', 'aaaaa', 'aaaaa'],
  ['x-wing', 'x-wing', 'nist', 'aaaaa', 'aaaaa'],
  ['aes-256', 'aes-gcm', 'cnsa2', 'aaaaa', 'aaaaa'],
  ['aes-128', 'aes-gcm', 'cnsa2', 'xxxxx', 'lllll'],
  ['aes-256', 'aes-ecb', 'cnsa2', 'xxxxx', 'lllll'],
  ['ml-kem-1024', 'ml-kem', 'cnsa2', 'aaaaa', 'aaaaa'],
  ['ml-kem-768', 'ml-kem', 'cnsa2', 'xxxxx', 'lllll'],
  ['ml-dsa-87', 'ml-dsa', 'cnsa2', 'aaaaa', 'aaaaa'],
  ['ml-dsa-65', 'ml-dsa', 'cnsa2', 'xxxxx', 'lllll'],
  ['slh-dsa-sha2-256s', 'slh-dsa', 'cnsa2', 'xxxxx', 'lllll'],
  ['hmac-sha384', 'hmac-sha384', 'cnsa2', 'aaaaa', 'aaaaa'],
  ['hmac-sha256', 'hmac-sha256', 'cnsa2', 'xxxxx', 'lllll'],
  ['kdk-256', 'hkdf-sha384', 'cnsa2', 'aaaaa', 'aaaaa'],
  ['kdk-256', 'hkdf-sha256', 'cnsa2', 'xxxxx', 'lllll'],
  ['rsa-3072', 'rsa-pss-sha384', 'cnsa2', 'addxx', 'addll'],
  ['ec-p384', 'ecdsa-sha384', 'cnsa2', 'addxx', 'addll'],
  ['ec-p256', 'ecdsa-sha256', 'cnsa2', 'xxxxx', 'lllll'],
  ['ed25519', 'ed25519', 'cnsa2', 'xxxxx', 'lllll'],
  ['chacha20', 'chacha20-poly1305', 'cnsa2', 'xxxxx', 'lllll'],
]

const LETTERS: Readonly<Record<AlgorithmStatus, string>> = {
  acceptable: 'a',
  deprecated: 'd',
  legacy: 'l',
  disallowed: 'x',
}

describe('judgements at moved clocks', () => {
  for (const [spec, mechanism, profile, protect, process] of ROWS) {
    test(`${mechanism} with ${spec}, ${profile}`, () => {
      const letters = (direction: 'protect' | 'process'): string =>
        DAYS.map((day) => LETTERS[judge(spec, mechanism, direction, profile, at(day)).status]).join(
          '',
        )
      assert.equal(letters('protect'), protect)
      assert.equal(letters('process'), process)
    })
  }

  test('change at midnight UTC, and say since and until when', () => {
    const midnight = Date.parse('2036-01-01T00:00:00Z')
    const before = judge('ec-p256', 'ecdsa-sha256', 'protect', 'nist', midnight - 1)
    const after = judge('ec-p256', 'ecdsa-sha256', 'protect', 'nist', midnight)
    assert.deepEqual([before.status, before.until], ['acceptable', midnight])
    assert.deepEqual([after.status, after.since, after.until], ['disallowed', midnight, undefined])
    assert.match(after.source, /IR 8547/)
  })

  test('are remembered for their day', () => {
    const ask = (hour: number) =>
      judge('aes-256', 'aes-gcm', 'protect', 'nist', Date.parse('2026-03-01') + hour * 3_600_000)
    assert.equal(ask(0), ask(23))
  })

  test('never soften as time passes, and are total', () => {
    const severity = (status: AlgorithmStatus): number => ALGORITHM_STATUSES.indexOf(status)
    for (const spec of KEY_SPEC_NAMES) {
      for (const mechanism of MECHANISM_NAMES.filter((name) => suits(name, spec))) {
        for (const profile of ALGORITHM_PROFILES) {
          for (const direction of ['protect', 'process'] as const) {
            const line = DAYS.map((day) =>
              severity(judge(spec, mechanism, direction, profile, at(day)).status),
            )
            assert.deepEqual(
              line,
              line.toSorted((one, other) => one - other),
            )
            assert.ok(line.every((level) => level >= 0))
          }
        }
      }
    }
  })

  test('tell what NIST never approved', () => {
    assert.equal(
      judge('chacha20', 'chacha20-poly1305', 'protect', 'nist', at('2026-06-01')).approved,
      false,
    )
    assert.equal(
      judge('aes-256', 'aes-gcm-siv', 'protect', 'nist', at('2026-06-01')).approved,
      false,
    )
    assert.equal(judge('aes-256', 'aes-gcm', 'protect', 'nist', at('2026-06-01')).approved, true)
  })

  test('rest on rules that begin at midnight UTC and never let more be protected than processed', () => {
    for (const rule of ALGORITHM_RULES) {
      assert.equal(rule.from % 86_400_000, 0, rule.about)
      const severity = (status: AlgorithmStatus): number => ALGORITHM_STATUSES.indexOf(status)
      assert.ok(severity(rule.protect) >= severity(rule.process), rule.about)
    }
  })
})

describe('assertAlgorithm', () => {
  const disallowed = (error: unknown): boolean =>
    isKeeperError(error) && error.code === 'algorithm-disallowed'
  const key = keyOf('private-signature')

  test('lets an acceptable, deprecated or merely processing use pass', () => {
    assertAlgorithm(key, 'ecdsa-sha256', 'protect', 'nist', at('2030-01-01'))
    assertAlgorithm(key, 'ecdsa-sha256', 'process', 'nist', at('2040-01-01'))
    const rsa = keyOf('private-signature', { spec: 'rsa-2048', mechanisms: ['rsa-pss-sha256'] })
    assertAlgorithm(rsa, 'rsa-pss-sha256', 'protect', 'nist', at('2033-01-01'))
  })

  test('refuses to protect with what has ended, and says by what', () => {
    assert.throws(
      () => assertAlgorithm(key, 'ecdsa-sha256', 'protect', 'nist', at('2036-01-01')),
      (error) => disallowed(error) && /since 2036-01-01 by NIST IR 8547/.test(String(error)),
    )
  })

  test('keeps legacy mechanisms off until the key names them', () => {
    const aes = keyOf('symmetric-data-encryption')
    assert.throws(
      () => assertAlgorithm(aes, 'aes-cbc', 'process', 'nist', at('2026-06-01')),
      disallowed,
    )
    const named = keyOf('symmetric-data-encryption', {
      mechanisms: ['aes-gcm', 'aes-cbc', 'aes-ecb'],
    })
    assertAlgorithm(named, 'aes-cbc', 'protect', 'nist', at('2026-06-01'))
    assertAlgorithm(named, 'aes-ecb', 'process', 'nist', at('2026-06-01'))
    assert.throws(
      () => assertAlgorithm(named, 'aes-ecb', 'protect', 'nist', at('2026-06-01')),
      disallowed,
    )
  })
})

describe('disallowedWithin', () => {
  test('lists what ends before the horizon, with the day and the source', () => {
    const now = at('2035-06-15')
    assert.deepEqual(disallowedWithin('ed25519', 'nist', now, 6), [])
    assert.deepEqual(disallowedWithin('ed25519', 'nist', now, 7), [
      { mechanism: 'ed25519', from: Date.parse('2036-01-01'), source: 'NIST IR 8547 (draft)' },
      { mechanism: 'ed25519ph', from: Date.parse('2036-01-01'), source: 'NIST IR 8547 (draft)' },
    ])
    assert.deepEqual(disallowedWithin('aes-256', 'nist', now, 1_200), [])
  })

  test('takes the mechanisms of one key', () => {
    const [first] = disallowedWithin('rsa-2048', 'nist', at('2026-06-01'), 60, [
      'rsa-oaep-sha1',
      'rsa-pss-sha256',
    ])
    assert.equal(first?.mechanism, 'rsa-oaep-sha1')
    assert.equal(first?.from, Date.parse('2031-01-01'))
  })

  test('counts calendar months, also from the end of a long one', () => {
    assert.equal(disallowedWithin('hmac-sha224', 'nist', at('2030-11-30'), 1).length, 0)
    assert.equal(disallowedWithin('hmac-sha224', 'nist', at('2030-12-31'), 2).length, 1)
  })
})
