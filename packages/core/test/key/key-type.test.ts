import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '../../src/error.ts'
import {
  DEFAULT_CRYPTOPERIODS,
  defaultCryptoperiod,
  KEY_TYPE_FACTS,
  KEY_TYPES,
  type KeyType,
  keySubtypeOf,
  keyTypeOf,
  publicKeyTypeOf,
} from '../../src/key/key-type.ts'
import { PURPOSES } from '../../src/key/purpose.ts'
import { KEY_SPEC_NAMES, specFacts } from '../../src/key/spec.ts'

/** SP 800-57 pt1 §5.3.6 table 1: the longest originator-usage period in years; undefined where it has none. */
const OUP_YEARS_MAX: Readonly<Partial<Record<KeyType, number>>> = {
  'private-signature': 3,
  'symmetric-authentication': 2,
  'private-authentication': 2,
  'public-authentication': 2,
  'symmetric-data-encryption': 2,
  'symmetric-key-wrapping': 2,
  'symmetric-master': 1,
  'private-key-transport': 2,
  'public-key-transport': 2,
  'symmetric-key-agreement': 2,
  'private-static-key-agreement': 2,
  'public-static-key-agreement': 2,
  'symmetric-authorization': 2,
  'private-authorization': 2,
  'public-authorization': 2,
}

describe('key types', () => {
  test('are the 19 of the standard', () => assert.equal(new Set(KEY_TYPES).size, 19))

  test('keep to the periods of table 1', () => {
    for (const [keyType, years] of Object.entries(OUP_YEARS_MAX)) {
      assert.ok(DEFAULT_CRYPTOPERIODS[keyType as KeyType].protectDays <= years * 365, keyType)
    }
    for (const keyType of [
      'symmetric-authentication',
      'symmetric-data-encryption',
      'symmetric-key-wrapping',
    ] as const) {
      const { protectDays, processDays } = DEFAULT_CRYPTOPERIODS[keyType]
      assert.ok(processDays <= protectDays + 3 * 365, keyType)
    }
  })

  test('process at least as long as they protect, unless nothing is processed', () => {
    for (const keyType of KEY_TYPES) {
      const { protectDays, processDays } = defaultCryptoperiod(keyType)
      assert.ok(protectDays >= 1)
      assert.ok(processDays === 0 || processDays >= protectDays, keyType)
    }
  })

  test('of private halves have a public counterpart, and only those', () => {
    for (const keyType of KEY_TYPES) {
      const counterpart = publicKeyTypeOf(keyType)
      assert.equal(counterpart !== undefined, KEY_TYPE_FACTS[keyType].half === 'private')
      if (counterpart !== undefined) assert.equal(KEY_TYPE_FACTS[counterpart].half, 'public')
    }
  })

  test('that wrap say whether they store or establish', () => {
    assert.equal(KEY_TYPE_FACTS['symmetric-key-wrapping'].wraps, 'storage')
    assert.equal(KEY_TYPE_FACTS['private-key-transport'].wraps, 'establishment')
  })

  test('follow from every spec and purpose, or the pair is refused', () => {
    for (const spec of KEY_SPEC_NAMES) {
      for (const purpose of PURPOSES) {
        if (!specFacts(spec).purposes.includes(purpose)) {
          assert.throws(
            () => keyTypeOf(spec, purpose),
            (error) => isKeeperError(error) && error.code === 'invalid-input',
          )
          continue
        }
        const { half } = KEY_TYPE_FACTS[keyTypeOf(spec, purpose)]
        assert.equal(half, specFacts(spec).form === 'pair' ? 'private' : 'symmetric')
      }
    }
    assert.equal(keyTypeOf('rsa-3072', 'wrap'), 'private-key-transport')
    assert.equal(keyTypeOf('ml-kem-768', 'encapsulate'), 'private-key-transport')
    assert.equal(keySubtypeOf('encapsulate'), 'kem')
    assert.equal(keySubtypeOf('derive'), 'key-derivation')
    assert.equal(keySubtypeOf('sign'), undefined)
  })
})
