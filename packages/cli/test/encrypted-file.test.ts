import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { encodeBase64 } from '@claviger/bytes'
import { encodeCiphertextText } from '@claviger/envelope'
import {
  claviger,
  type FakeAnswer,
  KEY,
  refusal,
  type SeenRequest,
  temporaryFolder,
} from './test-environment.ts'

const CHUNK_BYTES = 16 * 1024
const DATA_KEY = new Uint8Array(32).fill(7)
const ENVELOPE = encodeCiphertextText({
  kind: 'data-key',
  mechanism: 'aes-gcm',
  key: KEY.id,
  version: 1,
  iv: new Uint8Array(12),
  ciphertext: new Uint8Array(48),
})

/** Wraps one data key, and opens nothing but that. */
function keeper({ path, body }: SeenRequest): FakeAnswer {
  const plaintext = encodeBase64(DATA_KEY)
  if (path.endsWith('/generate-data-key')) {
    return [200, { plaintext, ciphertext: ENVELOPE, version: 1, mechanism: 'aes-gcm', entry: 1 }]
  }
  assert.equal(path, `/v1/keys/${KEY.id}/decrypt`)
  if ((body as { ciphertext: string }).ciphertext !== ENVELOPE) {
    return refusal('authentication-failed', 422)
  }
  return [200, { plaintext, version: 1, entry: 2 }]
}

const message = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => at % 251))

async function encrypted(bytes: number): Promise<Buffer> {
  const ran = await claviger(['encrypt', 'payments'], { stdin: message(bytes), answer: keeper })
  assert.equal(ran.exitCode, 0, ran.stderr)
  return ran.bytes
}

describe('an encrypted file', () => {
  for (const bytes of [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES]) {
    test(`of ${bytes} bytes comes back, through pipes and through files`, async (t) => {
      const cwd = temporaryFolder(t)
      const ciphertext = await encrypted(bytes)
      const piped = await claviger(['decrypt'], { stdin: ciphertext, answer: keeper })
      assert.ok(piped.bytes.equals(message(bytes)))
      writeFileSync(join(cwd, 'f'), message(bytes))
      const there = await claviger(['encrypt', 'payments', 'f'], { cwd, answer: keeper })
      assert.equal(there.exitCode, 0, there.stderr)
      const back = await claviger(['decrypt', 'f.clv', '-o', 'g'], { cwd, answer: keeper })
      assert.equal(back.exitCode, 0, back.stderr)
      assert.ok(readFileSync(join(cwd, 'g')).equals(message(bytes)))
      assert.deepEqual(readdirSync(cwd).toSorted(), ['f', 'f.clv', 'g'])
    })
  }

  test('that was cut off anywhere is refused and leaves no file', async (t) => {
    const cwd = temporaryFolder(t)
    const whole = await encrypted(2 * CHUNK_BYTES + 100)
    const header = whole.length - (56 + 2 * (CHUNK_BYTES + 16) + 116)
    const sealed = CHUNK_BYTES + 16
    const lengths = [
      20,
      header - 1,
      header,
      header + 56,
      header + 57,
      header + 56 + sealed,
      whole.length - 1,
    ]
    for (const length of [...lengths, header + 56 + 2 * sealed]) {
      writeFileSync(join(cwd, 'cut.clv'), whole.subarray(0, length))
      const ran = await claviger(['decrypt', 'cut.clv'], { cwd, answer: keeper })
      assert.equal(ran.exitCode, 8, `cut to ${length} bytes: ${ran.stderr}`)
      assert.deepEqual(readdirSync(cwd), ['cut.clv'])
    }
  })

  test('that was changed, added to or put in another order is refused', async () => {
    const whole = await encrypted(2 * CHUNK_BYTES + 100)
    const body = whole.length - (2 * (CHUNK_BYTES + 16) + 116)
    const sealed = CHUNK_BYTES + 16
    const [first, second] = [
      whole.subarray(body, body + sealed),
      whole.subarray(body + sealed, body + 2 * sealed),
    ]
    const forged = [
      Buffer.concat([whole, Buffer.from('x')]),
      Buffer.concat([whole.subarray(0, body), second, first, whole.subarray(body + 2 * sealed)]),
      Buffer.concat([whole.subarray(0, body), first, first, whole.subarray(body + sealed)]),
      Buffer.concat([whole.subarray(0, body), first, whole.subarray(body + 2 * sealed)]),
    ]
    for (const at of [body - 60, body - 20, body, body + sealed, whole.length - 1]) {
      const flipped = Buffer.from(whole)
      flipped[at] = (flipped[at] as number) ^ 1
      forged.push(flipped)
    }
    for (const [index, stdin] of forged.entries()) {
      const ran = await claviger(['decrypt'], { stdin, answer: keeper })
      assert.equal(ran.exitCode, 8, `forgery ${index}`)
      assert.ok(
        message(2 * CHUNK_BYTES + 100)
          .subarray(0, ran.bytes.length)
          .equals(ran.bytes),
      )
    }
  })

  test('cut off in a pipe says that what was written is not the whole', async () => {
    const whole = await encrypted(2 * CHUNK_BYTES)
    const stdin = whole.subarray(0, -1)
    const ran = await claviger(['decrypt'], { stdin, answer: keeper })
    assert.equal(ran.exitCode, 8)
    assert.equal(ran.bytes.length, 2 * CHUNK_BYTES)
    assert.match(ran.stderr, /true beginning, not the whole: throw them away/)
  })

  test('replaces nothing unless told to', async (t) => {
    const cwd = temporaryFolder(t)
    writeFileSync(join(cwd, 'f'), 'data')
    writeFileSync(join(cwd, 'f.clv'), 'precious')
    const ran = await claviger(['encrypt', 'payments', 'f'], { cwd, answer: keeper })
    assert.deepEqual([ran.exitCode, ran.seen.length], [6, 0])
    assert.equal(readFileSync(join(cwd, 'f.clv'), 'utf8'), 'precious')
    const forced = await claviger(['encrypt', 'payments', 'f', '--force'], { cwd, answer: keeper })
    assert.equal(forced.exitCode, 0)
  })

  test('is re-encrypted in place only once the new one is whole', async (t) => {
    const cwd = temporaryFolder(t)
    const path = join(cwd, 'f.clv')
    const whole = await encrypted(CHUNK_BYTES * 2)
    writeFileSync(path, whole)
    const ran = await claviger(['re-encrypt', 'f.clv'], { cwd, answer: keeper })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.equal(readFileSync(path).equals(whole), false)
    const cut = whole.subarray(0, -3)
    writeFileSync(path, cut)
    assert.equal((await claviger(['re-encrypt', 'f.clv'], { cwd, answer: keeper })).exitCode, 8)
    assert.ok(readFileSync(path).equals(cut))
    assert.deepEqual(readdirSync(cwd), ['f.clv'])
  })

  test('says offline what it is', async () => {
    const ran = await claviger(['inspect', '--json'], { stdin: await encrypted(10) })
    assert.equal(ran.seen.length, 0)
    const { key, version } = JSON.parse(ran.stdout)
    assert.deepEqual([key, version], [KEY.id, 1])
  })
})

test('what is nothing of ours is refused without asking the keeper', async () => {
  for (const stdin of ['', 'hello', 'clv2:AA', Buffer.from([0xc1, 0])]) {
    const ran = await claviger(['decrypt'], { stdin })
    assert.notEqual(ran.exitCode, 0)
    assert.equal(ran.seen.length, 0)
    assert.notEqual((await claviger(['inspect'], { stdin })).exitCode, 0)
  }
})
