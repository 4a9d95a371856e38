import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  ByteReader,
  BytesError,
  ByteWriter,
  type CanonicalJson,
  canonicalJson,
  compare,
  concat,
  constantTimeEqual,
  copy,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  decodeUtf8,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  encodeUtf8,
  parseCanonicalJson,
  SecretBytes,
} from '../src/index.ts'

const code = (expected: string) => (error: unknown) =>
  error instanceof BytesError && error.code === expected

test('hexadecimal and base64 refuse every second spelling', () => {
  for (const text of ['0', '0g', ' 00', '0x00', '00\n']) {
    assert.throws(() => decodeHex(text), code('invalid-encoding'))
  }
  for (const text of ['QQ', 'QQ=', 'QR==', 'Q Q=', 'QQ==\n', '-_==', 'Q===', '====', 'QQ==QQ==']) {
    assert.throws(() => decodeBase64(text), code('invalid-encoding'), text)
  }
  for (const text of ['QQ==', 'QR', 'Q', '+/', 'QQ\n', 'Q=']) {
    assert.throws(() => decodeBase64url(text), code('invalid-encoding'), text)
  }
  assert.equal(encodeBase64url(decodeBase64url('-_8')), '-_8')
  assert.equal(encodeBase64(decodeBase64('+/8=')), '+/8=')
  assert.equal(encodeHex(decodeHex('00fF')), '00ff')
  assert.equal(decodeHex('').length, 0)
})

test('UTF-8 refuses lone surrogates and malformed bytes', () => {
  assert.throws(() => encodeUtf8('\ud800'), code('invalid-encoding'))
  assert.throws(() => decodeUtf8(Uint8Array.of(0xc0, 0x80)), code('invalid-encoding'))
  assert.equal(decodeUtf8(encodeUtf8('\ufeffé😀')), '\ufeffé😀')
})

test('byte strings compare, join and match', () => {
  const one = Uint8Array.of(1, 2)
  assert.equal(compare(one, Uint8Array.of(1, 2, 0)), -1)
  assert.equal(compare(Uint8Array.of(2), one), 1)
  assert.equal(compare(one, one.slice()), 0)
  assert.equal(constantTimeEqual(one, Uint8Array.of(1, 2)), true)
  assert.equal(constantTimeEqual(one, Uint8Array.of(1, 3)), false)
  assert.equal(constantTimeEqual(one, Uint8Array.of(1)), false)
  assert.deepEqual(concat(one, new Uint8Array(), one), Uint8Array.of(1, 2, 1, 2))
})

test('a reader gives back what a writer wrote, and refuses trailing data', () => {
  const written = new ByteWriter(1024)
    .u8(0xff)
    .u16(0xfffe)
    .u24(0xfffefd)
    .u32(0xfffefdfc)
    .u64(0xfffefdfcfbfaf9f8n)
    .u64(Number.MAX_SAFE_INTEGER)
    .vector(2, new Uint8Array(300).fill(7))
    .bytes(Uint8Array.of(9))
    .finish()
  const reader = new ByteReader(written)
  assert.equal(reader.u8(), 0xff)
  assert.equal(reader.u16(), 0xfffe)
  assert.equal(reader.u24(), 0xfffefd)
  assert.equal(reader.u32(), 0xfffefdfc)
  assert.equal(reader.u64(), 0xfffefdfcfbfaf9f8n)
  assert.equal(reader.u53(), Number.MAX_SAFE_INTEGER)
  assert.equal(reader.vector(2, 300).length, 300)
  assert.throws(() => reader.end(), code('trailing-data'))
  assert.equal(reader.rest().length, 1)
  reader.end()
  assert.throws(() => reader.u8(), code('truncated'))
})

test('a reader and a writer hold their bounds', () => {
  assert.throws(() => new ByteReader(Uint8Array.of(5, 1)).vector(1, 9), code('truncated'))
  assert.throws(() => new ByteReader(Uint8Array.of(2, 1, 1)).vector(1, 1), code('too-long'))
  assert.throws(() => new ByteReader(new Uint8Array(8).fill(255)).u53(), code('out-of-range'))
  assert.throws(() => new ByteReader(new Uint8Array(4)).bytes(-1), code('truncated'))
  assert.throws(() => new ByteReader(new Uint8Array(4)).bytes(Number.NaN), code('truncated'))
  assert.throws(() => new ByteWriter(3).u32(1), code('too-long'))
  assert.throws(() => new ByteWriter(9).u8(256), code('out-of-range'))
  assert.throws(() => new ByteWriter(9).u16(-1), code('out-of-range'))
  assert.throws(() => new ByteWriter(9).u32(1.5), code('out-of-range'))
  assert.throws(() => new ByteWriter(9).u64(-1n), code('out-of-range'))
  assert.throws(() => new ByteWriter(999).vector(1, new Uint8Array(256)), code('too-long'))
  assert.throws(() => new ByteWriter(999).vector(2, new Uint8Array(9), 8), code('too-long'))
})

test('a secret prints as [secret] and is unreadable once wiped', () => {
  const bytes = encodeUtf8('hunter2')
  const secret = new SecretBytes(bytes)
  for (const text of [String(secret), JSON.stringify({ secret }), inspect({ secret })]) {
    assert.ok(text.includes('[secret]') && !text.includes('104') && !text.includes('hunter2'))
  }
  assert.equal(
    secret.use((held) => held.length),
    7,
  )
  const copy = SecretBytes.copyOf(bytes)
  secret.wipe()
  secret.wipe()
  assert.deepEqual(bytes, new Uint8Array(7))
  assert.throws(() => secret.exposeBytes(), /after it was wiped/)
  assert.equal(decodeUtf8(copy.exposeBytes()), 'hunter2')
  assert.equal(secret.isWiped, true)
})

test('a copy of a Buffer is a copy, in a secret too', () => {
  const buffer = Buffer.from('hunter2')
  const copied = copy(buffer)
  const secret = SecretBytes.copyOf(buffer)
  buffer.fill(0)
  assert.equal(decodeUtf8(copied), 'hunter2')
  assert.equal(decodeUtf8(secret.exposeBytes()), 'hunter2')
})

test('canonical JSON follows RFC 8785 for the values it has', () => {
  // The members of RFC 8785 §3.2.3's sorting example.
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  assert.equal(
    canonicalJson(value),
    '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  )
  assert.equal(
    canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/'),
    '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
  )
  assert.equal(canonicalJson([null, true, -1, 0, [], {}]), '[null,true,-1,0,[],{}]')
})

test('canonical JSON refuses values and texts outside the subset', () => {
  const bad = [1.5, -0, Number.NaN, 2 ** 53, '\ud800', { '\udc00': 1 }, undefined, 1n, new Date()]
  for (const value of bad) {
    assert.throws(() => canonicalJson(value as CanonicalJson), BytesError)
  }
  assert.throws(() => canonicalJson({ a: undefined } as unknown as CanonicalJson), BytesError)
  for (const text of [
    ' 1',
    '1.0',
    '1e2',
    '-0',
    '01',
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '"\\u0041"',
    '"\\/"',
    '"\\ud800"',
    '[1, 2]',
    '9007199254740993',
    '',
    '[',
    `${'['.repeat(33)}${']'.repeat(33)}`,
  ]) {
    assert.throws(() => parseCanonicalJson(text), BytesError, text)
  }
  assert.throws(() => parseCanonicalJson('"aaaa"', 5), code('too-long'))
  assert.deepEqual(
    parseCanonicalJson('{"[[":"]","__proto__":[1]}'),
    JSON.parse('{"[[":"]","__proto__":[1]}'),
  )
})
