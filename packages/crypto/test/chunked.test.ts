import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ByteSource,
  CHUNKED_HEADER_BYTES,
  chunkedCiphertextBytes,
  type ChunkedOptions,
  CryptoError,
  decryptChunked,
  encryptChunked,
  randomBytes,
} from '../src/index.ts'

const CHUNK = 16 * 1024
const SEALED = CHUNK + 16
const key = randomBytes(32)
const lengths = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(source))
}

function* inPieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += size)
    yield bytes.subarray(offset, offset + size)
}

const seal = (message: ByteSource, options?: ChunkedOptions): Promise<Buffer> =>
  collect(encryptChunked(key, message, options))
const open = (sealed: ByteSource, options?: ChunkedOptions): Promise<Buffer> =>
  collect(decryptChunked(key, sealed, options))

async function assertRefused(sealed: Uint8Array, options?: ChunkedOptions): Promise<void> {
  await assert.rejects(
    async () => open([sealed], options),
    (error: unknown) => error instanceof CryptoError && error.code === 'authentication-failed',
  )
}

for (const length of lengths) {
  test(`${length} bytes come back whole, however they are cut`, async () => {
    const message = randomBytes(length)
    const sealed = await seal([message])
    assert.equal(sealed.length, chunkedCiphertextBytes(length))
    for (const size of [CHUNK, SEALED, 1000, 65_537]) {
      assert.deepEqual(await open(inPieces(sealed, size)), Buffer.from(message))
      assert.equal((await seal(inPieces(message, size))).length, sealed.length)
    }
  })
}

test('one byte at a time, with empty pieces between, works', async () => {
  const message = randomBytes(300)
  async function* drip(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (const byte of bytes) {
      yield Uint8Array.of(byte)
      yield new Uint8Array()
    }
  }
  assert.deepEqual(await open(drip(await seal(drip(message)))), Buffer.from(message))
})

test('a message cut off anywhere is refused, at chunk borders too', async () => {
  const sealed = await seal([randomBytes(2 * CHUNK + 7)])
  const borders = [0, 1, CHUNKED_HEADER_BYTES]
  for (const chunks of [1, 2]) borders.push(CHUNKED_HEADER_BYTES + chunks * SEALED)
  for (const border of borders) {
    for (const length of [border - 1, border, border + 1, border + 15, border + 16]) {
      if (length >= 0 && length < sealed.length) await assertRefused(sealed.subarray(0, length))
    }
  }
  await assertRefused(Buffer.concat([sealed, Buffer.of(0)]))
})

test('chunks swapped, repeated, dropped or moved between messages are refused', async () => {
  const message = randomBytes(3 * CHUNK)
  const [one, other] = [await seal([message]), await seal([message])]
  const header = (bytes: Buffer): Buffer => bytes.subarray(0, CHUNKED_HEADER_BYTES)
  const chunk = (bytes: Buffer, number: number): Buffer =>
    bytes.subarray(
      CHUNKED_HEADER_BYTES + number * SEALED,
      CHUNKED_HEADER_BYTES + (number + 1) * SEALED,
    )
  const of = (...numbers: number[]): Buffer =>
    Buffer.concat([header(one), ...numbers.map((number) => chunk(one, number))])
  assert.deepEqual(await open([of(0, 1, 2, 3)]), Buffer.from(message))
  for (const order of [[1, 0, 2, 3], [0, 0, 1, 2, 3], [0, 2, 3], [0, 1, 3], [3], []])
    await assertRefused(of(...order))
  await assertRefused(Buffer.concat([of(0), chunk(other, 1), chunk(one, 2), chunk(one, 3)]))
})

test('every part is authenticated, and so are the context, the hash and the key', async () => {
  const options = { context: Uint8Array.of(1) }
  const sealed = await seal([randomBytes(20)], options)
  for (const index of [0, 23, 24, 55, 56, 70, sealed.length - 1]) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8((changed[index] as number) ^ 1, index)
    await assertRefused(changed, options)
  }
  await assertRefused(sealed)
  await assertRefused(sealed, { context: Uint8Array.of(2) })
  await assertRefused(sealed, { ...options, hash: 'sha512' })
  await assert.rejects(collect(decryptChunked(randomBytes(16), [sealed], options)), {
    code: 'authentication-failed',
  })
  await assert.rejects(collect(encryptChunked(randomBytes(24), [])), { code: 'invalid-key' })
})

test('pieces come out as they are ready, and the source is released on early end', async () => {
  let released = 0
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield new Uint8Array(CHUNK)
    } finally {
      released++
    }
  }
  let pieces = 0
  for await (const _ of encryptChunked(key, endless())) if (++pieces === 5) break
  assert.equal(released, 1)
  const sealed = encryptChunked(key, endless())
  for await (const piece of decryptChunked(key, sealed)) {
    assert.equal(piece.length, CHUNK)
    break
  }
  assert.equal(released, 2)
})
