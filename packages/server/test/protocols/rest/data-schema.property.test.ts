/** Holds the hand-written reading of data operations against the schemas that document them. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { Compile } from 'typebox/compile'
import { isKeeperError } from '@claviger/core'
import { DATA_OPERATIONS } from '../../../src/protocols/rest/hot/data-verbs.ts'
import { readDataRequest } from '../../../src/protocols/rest/hot/data-request.ts'
import type { JsonObject } from '../../../src/protocols/rest/json.ts'
import { DATA_SCHEMAS, DATA_VERBS, type DataVerb } from '../../../src/protocols/rest/schema/data.ts'

const base64 = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('base64'))
const nearly = fc.constantFrom(
  'AB==',
  'AAB=',
  'A',
  'AA',
  'AAA',
  'AA=',
  '====',
  'A-_A',
  ' AAAA',
  'AAAA\n',
  'AAAA=',
  'AAAAA===',
)
const envelope = fc.oneof(
  base64.map(
    (text) => `clv1:${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`,
  ),
  fc.constantFrom('clv1:', 'clv1:A', 'clv1:+', 'clv2:AA', 'CLV1:AA', 'clv1:AA=', 'clv1:AA\n'),
)
const anything = fc.oneof(
  base64,
  nearly,
  envelope,
  fc.constantFrom(
    '',
    'aes-gcm',
    'ecdsa-sha256',
    'toString',
    'der',
    'p1363',
    'ec-p256',
    'aes-256',
    'a/b',
  ),
  fc.constantFrom(
    null,
    true,
    false,
    0,
    1,
    -1,
    15,
    16,
    1.5,
    1e3,
    1_024,
    1_025,
    8_161,
    2 ** 32 - 1,
    2 ** 32,
    1e300,
  ),
  fc.constantFrom([], {}, [''], { a: 1 }, { a: 'b' }, { a: 'b', toString: 'c' }),
  fc
    .nat(70)
    .map((pairs) => Object.fromEntries(Array.from({ length: pairs }, (_, at) => [`k${at}`, '']))),
  fc.nat(140).map((length) => 'x'.repeat(length)),
  fc.nat(140).map((length) => '😀'.repeat(length)),
)
const FITTING = new Map<string, fc.Arbitrary<unknown>>(
  Object.entries({
    ciphertext: envelope,
    mechanism: fc.constantFrom('aes-gcm', 'ecdsa-sha256', 'hkdf-sha256'),
    destinationMechanism: fc.constant('aes-gcm'),
    context: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }).map(withoutProto),
    destinationContext: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }).map(withoutProto),
    lengthBytes: fc.integer({ min: 16, max: 1_024 }),
    version: fc.integer({ min: 1, max: 9 }),
    targetVersion: fc.integer({ min: 1, max: 9 }),
    target: fc.constant('a/b'),
    destinationKey: fc.constant('a/b'),
    spec: fc.constant('ec-p256'),
    format: fc.constantFrom('der', 'p1363'),
    prehashed: fc.boolean(),
    withoutPlaintext: fc.boolean(),
    acknowledgeRisk: fc.boolean(),
  }),
)

function withoutProto(context: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).filter(([name]) => name !== '__proto__'))
}

/** Each field left out, fitting, or anything; and now and then one that nobody knows. */
function bodyOf(names: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.fromEntries(
    names.map((name) => [
      name,
      fc.oneof(
        { weight: 8, arbitrary: FITTING.get(name) ?? base64 },
        { weight: 1, arbitrary: anything },
        { weight: 3, arbitrary: fc.constant(undefined) },
      ),
    ]),
  )
  const stranger = fc.oneof(
    { weight: 19, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('other', 'constructor', 'items2', 'key') },
  )
  return fc.tuple(fc.record(fields), stranger).map(([body, name]) => {
    const present = Object.entries(body).filter(([, value]) => value !== undefined)
    if (name !== null) present.push([name, 1])
    return Object.fromEntries(present)
  })
}

/** Whether the hand-written reading takes a body; its refusals are all `invalid-input` or `too-large`. */
function takes(verb: DataVerb, body: object): boolean {
  try {
    readDataRequest(DATA_OPERATIONS[verb], body as JsonObject)
    return true
  } catch (error) {
    assert.ok(isKeeperError(error), String(error))
    assert.ok(error.code === 'invalid-input' || error.code === 'too-large')
    return false
  }
}

describe('what is read by hand is what the schema says', () => {
  for (const verb of DATA_VERBS) {
    const { single, batch } = DATA_SCHEMAS[verb]
    const names = Object.keys((single as unknown as { properties: object }).properties)
    const fitsSingle = Compile(single)
    const fitsBatch = Compile(batch)

    test(`${verb}: one item`, () => {
      let taken = 0
      fc.assert(
        fc.property(bodyOf(names), (body) => {
          const fits = fitsSingle.Check(body)
          if (fits) taken++
          assert.equal(takes(verb, body), fits, JSON.stringify(body))
        }),
        { numRuns: 1_000 },
      )
      assert.ok(taken > 50, `${taken} of 1,000 bodies were such as fit`)
    })

    test(`${verb}: a batch`, () => {
      const item = bodyOf(names.filter((name) => name !== 'acknowledgeRisk'))
      const items = fc.oneof(
        {
          weight: 9,
          arbitrary: fc.array(fc.oneof({ weight: 30, arbitrary: item }, anything), {
            maxLength: 3,
          }),
        },
        { weight: 1, arbitrary: anything },
      )
      const around = bodyOf(['acknowledgeRisk'])
      fc.assert(
        fc.property(items, around, (list, rest) => {
          const body = { ...rest, items: list }
          assert.equal(takes(verb, body), fitsBatch.Check(body), JSON.stringify(body))
        }),
        { numRuns: 300 },
      )
    })
  }
})

test('a batch has at most 1,000 items by hand and by schema', () => {
  for (const length of [1_000, 1_001]) {
    const body = { items: Array.from({ length }, () => ({ plaintext: '' })) }
    assert.equal(takes('encrypt', body), length === 1_000)
    assert.equal(Compile(DATA_SCHEMAS.encrypt.batch).Check(body), length === 1_000)
  }
})
