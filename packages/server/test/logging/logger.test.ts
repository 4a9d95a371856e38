import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogger, describeError, type LogFields } from '../../src/logging/logger.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)

function logged(
  format: 'text' | 'json',
  message: string,
  fields?: LogFields,
  level: 'info' | 'warn' | 'error' = 'info',
): string {
  const lines: string[] = []
  const logger = createLogger({
    level: 'info',
    format,
    write: (line) => lines.push(line),
    now: () => NOW,
  })
  logger[level](message, fields)
  return lines.join('')
}

const jsonOf = (line: string): unknown => JSON.parse(line)
// oxlint-disable-next-line no-control-regex -- what must not be there
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

describe('text entries', () => {
  it('are the message and its fields, with the level unless it is info', () => {
    assert.equal(
      logged('text', 'started', { port: 1, open: false, none: undefined }),
      'started port=1 open=false\n',
    )
    assert.equal(logged('text', 'low', {}, 'warn'), 'warn: low\n')
    assert.equal(logged('text', 'bad', undefined, 'error'), 'error: bad\n')
  })

  it('never carry a terminal escape, a control character or a turned direction', () => {
    for (const hostile of [
      '\u001b]0;owned\u0007',
      '\u001b[2J',
      '\u009b31m',
      '\u0008\u0008',
      '\u202egpj',
      '\u0000',
    ]) {
      const line = logged('text', `peer said ${hostile}`, { name: hostile })
      assert.doesNotMatch(line, CONTROL)
    }
    assert.equal(logged('text', 'a\u001b[31mb'), 'a\\u001b[31mb\n')
  })

  it('are one line whatever they carry', () => {
    const line = logged('text', 'first\r\nerror: forged', { at: 'x\nerror: forged\u2028two' })
    assert.equal(line.split(/[\r\n\u2028\u2029\u0085]/).length, 2)
  })

  it('quote a value that could be taken for another field', () => {
    assert.equal(logged('text', 'm', { a: 'x b=y', c: 'plain' }), 'm a="x b=y" c=plain\n')
  })
})

describe('JSON entries', () => {
  it('are one object a line with the time and the level', () => {
    assert.deepEqual(jsonOf(logged('json', 'started', { port: 1, none: undefined }, 'warn')), {
      at: '2026-01-02T03:04:05.000Z',
      level: 'warn',
      message: 'started',
      port: 1,
    })
  })

  it('keep their message, time and level from fields of the same name', () => {
    const entry = jsonOf(logged('json', 'real', { message: 'other', level: 'x', at: 'y' }, 'error'))
    assert.deepEqual(entry, {
      at: '2026-01-02T03:04:05.000Z',
      level: 'error',
      message: 'real',
      'field.message': 'other',
      'field.level': 'x',
      'field.at': 'y',
    })
  })

  it('escape C1 and bidirectional controls too, without changing the value', () => {
    const hostile = 'a\u001b[31m\u009b2J\u202e\u007f'
    const line = logged('json', hostile, { [hostile]: hostile })
    assert.doesNotMatch(line, CONTROL)
    assert.partialDeepStrictEqual(jsonOf(line), { message: hostile, [hostile]: hostile })
  })
})

describe('every entry', () => {
  it('is kept from the level on that is asked for', () => {
    const lines: string[] = []
    const logger = createLogger({
      level: 'error',
      format: 'text',
      write: (line) => lines.push(line),
      now: () => 0,
    })
    logger.info('a')
    logger.warn('b')
    logger.error('c')
    assert.deepEqual(lines, ['error: c\n'])
  })

  it('never shows a bearer token, and has an end', () => {
    const token = `clv_${'a'.repeat(49)}`
    for (const format of ['text', 'json'] as const) {
      const line = logged(format, `got ${token}`, { token })
      assert.ok(!line.includes(token) && line.includes('clv_[redacted]'))
      assert.ok(
        logged(format, 'x'.repeat(10_000_000), { y: 'z'.repeat(10_000_000) }).length < 40_000,
      )
    }
  })
})

describe('the description of an error', () => {
  it('has codes and causes, and no stack', () => {
    const inner = Object.assign(new Error('disk'), { code: 'ENOSPC' })
    assert.equal(
      describeError(new Error('cannot write', { cause: inner })),
      'cannot write: disk (ENOSPC)',
    )
    assert.equal(describeError('text'), 'text')
    assert.equal(describeError(new Error('outer', { cause: 7 })), 'outer: 7')
  })

  it('ends for a cause that is its own cause, and for a very long chain', () => {
    const circle = new Error('a')
    circle.cause = new Error('b', { cause: circle })
    assert.match(describeError(circle), /^a: b: a: b.*: …$/)
    let chain = new Error('end')
    for (let depth = 0; depth < 100_000; depth++) chain = new Error('link', { cause: chain })
    assert.ok(describeError(chain).length < 200)
  })

  it('is a text for whatever was thrown', () => {
    assert.equal(describeError(Object.create(null)), 'something that is not an error was thrown')
    assert.equal(describeError(undefined), 'undefined')
    assert.ok(describeError(new Error('x'.repeat(10_000_000))).length < 20_000)
  })
})
