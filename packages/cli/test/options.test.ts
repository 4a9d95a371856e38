import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInstant } from '../src/options.ts'

test('a date that is none, or a time without its offset, is refused rather than taken for another', () => {
  assert.equal(parseInstant('2030-01-31'), '2030-01-31T00:00:00.000Z')
  assert.equal(parseInstant('2030-01-31T12:00:00+02:00'), '2030-01-31T10:00:00.000Z')
  for (const text of [
    '2030-02-30',
    '2030-02-30T12:00Z',
    '2030-01-31T12:00',
    '2030-01-31T12:00Zx',
  ]) {
    assert.throws(() => parseInstant(text), /date/)
  }
})
