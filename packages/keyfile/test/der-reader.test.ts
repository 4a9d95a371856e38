import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DerReader } from '../src/der-reader.ts'
import { encodeInteger, encodeOid, encodeOctetString } from '../src/der-writer.ts'

const hex = (text: string): Uint8Array => Uint8Array.fromHex(text.replaceAll(' ', ''))

describe('the reader', () => {
  test('takes what BER leaves indefinite and cuts to pieces', () => {
    const reader = new DerReader(hex('30 80 24 80 04 02 0102 24 03 04 01 03 0000 0000'))
    const body = reader.sequence()
    reader.end()
    assert.deepEqual(body.octetString(), Uint8Array.of(1, 2, 3))
    body.end()
  })

  test('takes pieces under an implicit tag', () => {
    const reader = new DerReader(hex('a0 80 04 01 01 04 01 02 0000'))
    assert.deepEqual(reader.octetString(0x80), Uint8Array.of(1, 2))
  })

  for (const [why, text] of [
    ['an indefinite length that nothing ends', '30 80 04 01 00'],
    ['an indefinite length of something primitive', '04 80 00 00'],
    ['a length past the end', '04 02 00'],
    ['a length of five bytes', '04 85 00 00 00 00 01 00'],
    ['a tag of several bytes', '3f 81 01 00'],
    ['nothing', ''],
    ['depth without end', '3080'.repeat(100)],
  ] as const) {
    test(`refuses ${why}`, () => {
      assert.throws(() => new DerReader(hex(text)).next(), { name: 'KeyFileError' })
    })
  }
})

describe('what is written', () => {
  test('is read', () => {
    for (const value of [0, 1, 127, 128, 255, 256, 600_000, 2 ** 40]) {
      assert.equal(new DerReader(encodeInteger(value)).smallInteger(), value)
    }
    for (const oid of [
      '1.2.840.113549.1.12.10.1.2',
      '2.16.840.1.113894.746875.1.1',
      '2.5.29.37.0',
    ]) {
      assert.equal(new DerReader(encodeOid(oid)).oid(), oid)
    }
    for (const length of [0, 127, 128, 255, 256, 65_536]) {
      const content = new Uint8Array(length)
      assert.deepEqual(new DerReader(encodeOctetString(content)).octetString(), content)
    }
  })
})
