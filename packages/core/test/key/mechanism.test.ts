import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import {
  assertMechanisms,
  defaultMechanisms,
  type Mechanism,
  MECHANISM_NAMES,
  mechanismFacts,
  parseMechanism,
  pickMechanism,
  serves,
  suits,
} from '../../src/key/mechanism.ts'
import { PURPOSE_USAGES, PURPOSES, USAGES } from '../../src/key/purpose.ts'
import { KEY_SPEC_NAMES, KEY_SPECS, specFacts } from '../../src/key/spec.ts'
import { keyOf } from './key-fixture.ts'

const refused =
  (code: string) =>
  (error: unknown): boolean =>
    isKeeperError(error) && error.code === code

/** SP 800-131A and ASVS 11.3: what a key must name before it may be used. */
const LEGACY: readonly Mechanism[] = [
  'aes-cbc',
  'aes-ctr',
  'aes-ecb',
  'ecdsa-sha1',
  'hmac-sha1',
  'rsa-aes-kwp-sha1',
  'rsa-oaep-sha1',
  'rsa-pkcs1',
  'rsa-pkcs1-sha1',
  'rsa-pkcs1-sha256',
  'rsa-pkcs1-sha384',
  'rsa-pkcs1-sha512',
]

describe('the mechanism table', () => {
  test('marks as legacy what it must and nothing else', () => {
    const legacy = MECHANISM_NAMES.filter((name) => mechanismFacts(name).legacy === true)
    assert.deepEqual(legacy.toSorted(), LEGACY.toSorted())
  })

  test('has a spec for every mechanism and a mechanism for every spec', () => {
    for (const name of MECHANISM_NAMES)
      assert.ok(
        KEY_SPEC_NAMES.some((spec) => suits(name, spec)),
        name,
      )
    for (const spec of KEY_SPEC_NAMES)
      assert.ok(
        MECHANISM_NAMES.some((name) => suits(name, spec)),
        spec,
      )
  })

  test('parses its own names only', () => {
    for (const name of MECHANISM_NAMES) assert.equal(parseMechanism(name), name)
    for (const text of ['', 'AES-GCM', 'toString', '__proto__']) {
      assert.throws(() => parseMechanism(text), refused('invalid-input'))
    }
  })
})

describe('defaults', () => {
  for (const spec of KEY_SPEC_NAMES) {
    for (const purpose of PURPOSES) {
      const admitted = specFacts(spec).purposes.includes(purpose)
      test(`${spec} to ${purpose}: ${admitted ? 'some' : 'none that count'}`, () => {
        const list = defaultMechanisms(spec, purpose)
        const expected = MECHANISM_NAMES.filter(
          (name) => !LEGACY.includes(name) && serves(name, spec, purpose),
        )
        assert.deepEqual(list.toSorted(), expected.toSorted())
        if (!admitted || list.length === 0) {
          // HMAC under SHA-1 is the one spec that has nothing but a legacy mechanism.
          assert.ok(!admitted || spec === 'hmac-sha1')
          return
        }
        assertMechanisms(list, spec, purpose)
        const key = { ...keyOf('symmetric-master'), spec, purpose, mechanisms: list }
        for (const usage of PURPOSE_USAGES[purpose]) {
          const able = list.some((name) => mechanismFacts(name).usages.includes(usage))
          // ChaCha20 and XTS keys encrypt and wrap nothing: the table says so, and the pick refuses.
          if (able) assert.ok(mechanismFacts(pickMechanism(key, usage)).usages.includes(usage))
          else assert.throws(() => pickMechanism(key, usage), refused('wrong-usage'))
        }
        for (const usage of USAGES) {
          if (list.some((name) => mechanismFacts(name).usages.includes(usage))) continue
          assert.throws(() => pickMechanism(key, usage), refused('wrong-usage'))
        }
      })
    }
  }

  test('begin with the sensible one', () => {
    const first: Readonly<
      Record<string, readonly [keyof typeof KEY_SPECS, (typeof PURPOSES)[number]]>
    > = {
      'aes-gcm': ['aes-256', 'encrypt'],
      'aes-cmac': ['aes-128', 'mac'],
      'rsa-pss-sha256': ['rsa-2048', 'sign'],
      'rsa-oaep-sha256': ['rsa-4096', 'encrypt'],
      'ecdsa-sha256': ['ec-p256', 'sign'],
      'ecdsa-sha384': ['ec-p384', 'sign'],
      'ecdsa-sha512': ['ec-p521', 'sign'],
      'hkdf-sha256': ['kdk-256', 'derive'],
      ed25519: ['ed25519', 'sign'],
      'ml-kem': ['ml-kem-768', 'encapsulate'],
      ecdh: ['ec-p256', 'agree'],
    }
    for (const [mechanism, [spec, purpose]] of Object.entries(first)) {
      assert.equal(defaultMechanisms(spec, purpose)[0], mechanism)
    }
  })
})

describe('a list of mechanisms', () => {
  test('may name legacy ones', () => assertMechanisms(['aes-gcm', 'aes-cbc'], 'aes-256', 'encrypt'))

  test('is refused when it repeats, misfits, is empty or leaves the purpose unserved', () => {
    const bad: readonly (readonly Mechanism[])[] = [
      ['aes-gcm', 'aes-gcm'],
      ['aes-gcm', 'hmac-sha256'],
      ['aes-gcm', 'aes-cmac'],
      [],
      ['aes-kwp'],
    ]
    for (const list of bad) {
      assert.throws(() => assertMechanisms(list, 'aes-256', 'encrypt'), refused('invalid-input'))
    }
  })
})

describe('picking', () => {
  const key = keyOf('symmetric-data-encryption')

  test('takes the first that suits, or the one asked for', () => {
    assert.equal(pickMechanism(key, 'encrypt'), 'aes-gcm')
    assert.equal(pickMechanism(key, 'unwrap', 'aes-kwp'), 'aes-kwp')
  })

  test('refuses what the key does not name, and what cannot', () => {
    assert.throws(() => pickMechanism(key, 'decrypt', 'aes-ecb'), refused('algorithm-disallowed'))
    assert.throws(() => pickMechanism(key, 'encrypt', 'aes-kwp'), refused('wrong-usage'))
  })
})
