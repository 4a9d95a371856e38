import assert from 'node:assert/strict'
import { createHash, createPrivateKey, sign } from 'node:crypto'
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
  readonly passkey: Readonly<Record<string, string>>
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

test('an assertion by a passkey is that of the specification', async () => {
  const { statement, passkey } = vector
  const { rpId = '', origin = '', challenge, seed = '' } = passkey
  const bytes = (name: string): Buffer => Buffer.from(passkey[name] ?? '', 'base64')
  const approvals = createApprovalCrypto({ id: rpId, origins: [origin] })
  const read = approvals.readPasskey(bytes('credential'), bytes('cose'))
  assert.equal(read.id, passkey['id'])
  assert.equal(createHash('sha256').update(statement).digest('base64url'), challenge)
  const clientDataJson = bytes('clientDataJson')
  assert.equal(JSON.parse(clientDataJson.toString()).challenge, challenge)
  const assertion = { authenticatorData: bytes('authenticatorData'), clientDataJson }
  const given = { signature: bytes('signature'), assertion }
  assert.deepEqual(await approvals.verify({ ...read, addedAt: 0 }, statement, given), {
    signCount: 1,
  })
  const pkcs8 = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex')
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const hash = createHash('sha256').update(clientDataJson).digest()
  const signed = Buffer.concat([assertion.authenticatorData, hash])
  assert.deepEqual(sign(null, signed, privateKey), given.signature)
})

test('the example in the specification is the vector', () => {
  assert.ok(readFileSync(new URL('approval.md', folder), 'utf8').includes(vector.statement))
})
