import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settingLines, settingPath } from '../../src/config/setting-place.ts'

const linesOf = (...lines: string[]): Record<string, number> =>
  Object.fromEntries(settingLines(lines.join('\n')))

describe('the place of a setting', () => {
  it('is in its own table, not where the same word stands first', () => {
    const lines = linesOf(
      '[cache]',
      'keys = 1',
      '[listen]',
      'key = "k"',
      '[audit]',
      '',
      '  keys = 1',
    )
    assert.equal(lines['cache.keys'], 2)
    assert.equal(lines['listen.key'], 4)
    assert.equal(lines['audit.keys'], 7)
  })

  it('is found for dotted, spaced and quoted keys', () => {
    const lines = linesOf(
      'listen.port = 1',
      'log . level = 2',
      '"cache".\'keys\' = 3',
      '"a.b" = 4',
      '[ "x" . y ]',
      'z=1',
    )
    assert.deepEqual(lines, {
      'listen.port': 1,
      'log.level': 2,
      'cache.keys': 3,
      '"a.b"': 4,
      'x.y': 5,
      'x.y.z': 6,
    })
  })

  it('is not looked for in strings, comments, lists and inline tables', () => {
    const lines = linesOf(
      'a = """',
      'port = 1',
      '[listen]',
      '""""',
      "b = '''",
      'x = "',
      "'''",
      'c = [ # ] port = 1',
      '  "[port]", { port = 1 },',
      ']',
      'd = { port = "}" } # [listen]',
      'e = "\\"" # "',
      '# [listen]',
      'port = 2',
    )
    assert.deepEqual(lines, { a: 1, b: 5, c: 8, d: 11, e: 12, port: 14 })
  })

  it('is the first of an array of tables, also behind a byte order mark and with CRLF', () => {
    assert.deepEqual(linesOf('\ufeff[[a]]\r', 'b = 1\r', '[[a]]\r', 'b = 2\r'), { a: 1, 'a.b': 2 })
  })

  it('has a path that tells a dot in a key from one between keys', () => {
    assert.equal(settingPath(['a', 'b']), 'a.b')
    assert.equal(settingPath(['a.b']), '"a.b"')
    assert.equal(settingPath(['']), '""')
  })
})
