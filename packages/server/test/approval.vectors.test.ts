import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { approvalStatement, approvalText } from '@claviger/core'
import { runSelfTests } from '@claviger/crypto'
import { createApprovalCrypto } from '../src/approval-crypto.ts'

runSelfTests()
const approvalCrypto = createApprovalCrypto()

const folder = new URL('../../../docs/spec/', import.meta.url)
const vector = JSON.parse(readFileSync(new URL('vectors/approval.json', folder), 'utf8')) as {
  readonly content: Parameters<typeof approvalText>[0]
  readonly canonical: string
  readonly digest: string
  readonly approver: Parameters<typeof approvalStatement>[1]
  readonly statement: string
  readonly key: { readonly id: string; readonly publicKey: string; readonly seed: string }
  readonly signature: string
}

test('content, hash, statement and signature are those of the specification', async () => {
  const { content, digest, approver, statement, key, signature } = vector
  assert.equal(approvalText(content), vector.canonical)
  assert.equal(approvalCrypto.digest(vector.canonical), digest)
  const { id, tenant } = content
  assert.equal(approvalStatement({ id, tenant, digest }, approver), statement)
  const read = approvalCrypto.readKey(Buffer.from(key.publicKey, 'base64'))
  assert.equal(read.id, key.id)
  const approverKey = { ...read, addedAt: 0 }
  const bytes = Buffer.from(signature, 'base64')
  assert.deepEqual(await approvalCrypto.verify(approverKey, statement, { signature: bytes }), {})
  const other = `${statement}\n`
  assert.equal(await approvalCrypto.verify(approverKey, other, { signature: bytes }), undefined)
  // PKCS#8 of an Ed25519 seed (RFC 8410 §7).
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${key.seed}`, 'hex')
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  assert.deepEqual(sign(null, Buffer.from(statement), privateKey), bytes)
})

test('the example in the specification is the vector', () => {
  assert.ok(readFileSync(new URL('approval.md', folder), 'utf8').includes(vector.statement))
})
