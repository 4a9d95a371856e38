import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ByteWriter } from '../src/index.ts'

test('a writer that grows in the middle of a number writes it into the grown buffer', () => {
  const writer = new ByteWriter(4_096, 1)
  for (let index = 0; index < 70; index++) writer.u8(index).u16(index).u32(index).u64(index)
  const bytes = writer.finish()
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let index = 0; index < 70; index++) {
    assert.equal(bytes[index * 15], index)
    assert.equal(view.getUint16(index * 15 + 1), index)
    assert.equal(view.getUint32(index * 15 + 3), index)
    assert.equal(view.getBigUint64(index * 15 + 7), BigInt(index))
  }
})
