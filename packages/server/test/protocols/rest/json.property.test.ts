/** The JSON reader against JSON.parse: it takes the same texts, less what it is strict about. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonObject } from '../../../src/protocols/rest/json.ts'
import { fuzzTargets } from './fuzz-targets.ts'

const parse = (text: string): unknown => parseJsonObject(Buffer.from(text))

test('what JSON.stringify writes is read back, with any spacing', () => {
  const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }))
  fc.assert(
    fc.property(value, fc.constantFrom(0, 1, '\t'), (object, space) => {
      const text = JSON.stringify(object, null, space)
      if (text.includes('__proto__')) return
      assert.deepEqual(parse(text), JSON.parse(text))
    }),
    { numRuns: 2_000 },
  )
})

test('a member given twice is refused wherever it is and however it is spelt', () => {
  const name = fc.string().filter((text) => text !== '__proto__')
  fc.assert(
    fc.property(name, fc.jsonValue({ maxDepth: 2 }), (member, value) => {
      const once = `${JSON.stringify(member)}:${JSON.stringify(value)}`
      const escaped = member.length === 1
      const again = escaped ? `"\\u${member.charCodeAt(0).toString(16).padStart(4, '0')}":1` : once
      assert.throws(() => parse(`{${once},${again}}`))
      assert.throws(() => parse(`{"list":[0,{${once},"x\\"":":","${'y'.repeat(9)}":{},${again}}]}`))
    }),
  )
})

test('depth is bounded before the text is parsed, also where it never ends', () => {
  assert.ok(parse(`{"a":${'['.repeat(15)}${']'.repeat(15)}}`))
  assert.throws(() => parse(`{"a":${'['.repeat(16)}${']'.repeat(16)}}`), /nested/)
  assert.throws(() => parse('['.repeat(5_000_000)), /nested/)
  assert.ok(parse(`{"a":"${'['.repeat(5_000)}\\"{{{{"}`))
})

test('every body parser throws nothing but its own errors on mutated input', () => {
  for (const target of fuzzTargets) {
    const mutated = fc
      .tuple(
        fc.constantFrom(...target.seeds),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      )
      .map(([seed, edits]) => {
        const bytes = seed.slice()
        for (const [at, value] of edits) bytes[at % bytes.length] = value
        return bytes
      })
    fc.assert(
      fc.property(mutated, (input) => {
        try {
          target.parse(input)
        } catch (error) {
          assert.ok(target.isExpected(error), `${target.name}: ${String(error)}`)
        }
      }),
      { numRuns: 400 },
    )
  }
})
