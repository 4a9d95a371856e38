import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { claviger, type FakeAnswer } from './test-environment.ts'

const VECTORS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../docs/spec/vectors/encrypted-file.json'), 'utf8'),
) as {
  dataKey: string
  files: { plaintext: string; file: string }[]
  refused: { why: string; file: string }[]
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
/** Opens any data key: what is refused is refused for what the file says, not for the keeper's no. */
const answer = (): FakeAnswer => [
  200,
  { plaintext: hex(VECTORS.dataKey).toString('base64'), version: 1, entry: 1 },
]

describe('docs/spec/encrypted-file.md', () => {
  for (const { plaintext, file } of VECTORS.files) {
    test(`a file of ${plaintext.length / 2} bytes`, async () => {
      const ran = await claviger(['decrypt'], { stdin: hex(file), answer })
      assert.equal(ran.exitCode, 0, ran.stderr)
      assert.equal(ran.bytes.toString('hex'), plaintext)
    })
  }

  for (const { why, file } of VECTORS.refused) {
    test(`refused: ${why}`, async () => {
      const ran = await claviger(['decrypt'], { stdin: hex(file), answer })
      assert.equal(ran.exitCode, 8, ran.stderr)
      assert.equal(ran.bytes.length, 0)
    })
  }
})
