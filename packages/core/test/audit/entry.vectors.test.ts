import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { canonicalJson, encodeUtf8 } from '@claviger/bytes'
import { type AuditEvent, encodeEntry } from '@claviger/core'
import fc from 'fast-check'

interface Vector {
  readonly name: string
  readonly event: AuditEvent
  readonly entry: string
}

const ENTRY_BYTES_MAX = 65_535
const url = new URL('../../../../docs/spec/vectors/audit-entry.json', import.meta.url)
const { entries } = JSON.parse(readFileSync(url, 'utf8')) as { readonly entries: readonly Vector[] }

/** RFC 8785: what is parsed and written again canonically is the same text. */
function assertCanonical(entry: string): void {
  assert.equal(canonicalJson(JSON.parse(entry)), entry)
}

for (const { name, event, entry } of entries) {
  test(`entry: ${name}`, () => {
    assert.equal(encodeEntry(event), entry)
    assertCanonical(entry)
  })
}

const [first] = entries
assert.ok(first !== undefined, 'there are vectors')
const SAMPLE = first.event

const HOSTILE: readonly (readonly [what: string, text: string])[] = [
  ['a high surrogate alone', 'a\ud800b'],
  ['a low surrogate alone', '\udc00'],
  ['surrogates in the wrong order', '\udc00\ud800'],
  ['a pair that the bound cuts in two', `${'x'.repeat(255)}\u{1f511}`],
  [
    'every control character',
    Array.from({ length: 33 }, (_, c) => String.fromCharCode(c)).join(''),
  ],
  ['delete and the C1 controls', '\u007f\u0080\u009f'],
  ['line and paragraph separators', '\u2028\u2029'],
  ['quotes and backslashes', '"\\"},"outcome":"allowed","x":{"'],
  ['a very long text', 'x'.repeat(1_000_000)],
  ['a very long text of what is escaped', '\u0001'.repeat(100_000)],
  ['nothing', ''],
  ['right-to-left override', '\u202egpj.exe'],
]

/** `text` wherever an event takes text from outside. */
function filled(text: string): AuditEvent {
  return {
    ...SAMPLE,
    session: {
      ...SAMPLE.session,
      name: text,
      assurance: { issuer: text, acr: text, amr: Array.from({ length: 8 }, () => text) },
    },
    request: { protocol: 'rest', peer: text, requestId: text },
    target: { kind: 'key', id: text, name: text, spec: text, state: text },
    details: { [text]: text, reason: text, number: 1, yes: true },
  }
}

for (const [what, text] of HOSTILE) {
  test(`stays canonical, whole and bounded with ${what}`, () => {
    const entry = encodeEntry(filled(text))
    // Names of details are the keeper's own; what a repaired one reads as is not at issue here.
    const parsed = JSON.parse(entry) as Record<string, unknown>
    assertCanonical(encodeEntry({ ...filled(text), details: { reason: text } }))
    assert.ok(entry.isWellFormed())
    assert.ok(encodeUtf8(entry).length <= ENTRY_BYTES_MAX)
    assert.equal(parsed['outcome'], SAMPLE.outcome)
    assert.equal(parsed['tenant'], SAMPLE.tenant)
  })
}

test('stays canonical with any text', () => {
  const anything = fc.string({ unit: 'binary', maxLength: 300 })
  fc.assert(
    fc.property(anything, anything, (text, other) => {
      const event = { ...filled(text), details: { reason: other, state: text } }
      const entry = encodeEntry(event)
      assertCanonical(entry)
      assert.ok(encodeUtf8(entry).length <= ENTRY_BYTES_MAX)
    }),
  )
})

test('holds no member twice, and only those that the specification names', () => {
  const text = readFileSync(
    new URL('../../../../docs/spec/audit-entry.md', import.meta.url),
    'utf8',
  )
  const named = new Set([...text.matchAll(/^\| `([a-z]+)`/gm)].map(([, member]) => member))
  for (const { event } of entries) {
    for (const member of Object.keys(JSON.parse(encodeEntry(event)) as object)) {
      assert.ok(named.has(member), `${member} is not in docs/spec/audit-entry.md`)
    }
  }
})
