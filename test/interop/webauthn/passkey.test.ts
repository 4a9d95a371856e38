// Passkeys by Yubico's python-fido2: what it makes is taken here, and what our authenticator of the tests makes, there.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { runSelfTests } from '@claviger/crypto'
import { createApprovalCrypto } from '../../../packages/server/src/approval-crypto.ts'
import { SoftwareAuthenticator } from '../../../packages/server/test/protocols/rest/software-authenticator.ts'

runSelfTests()

const PYTHON = '/usr/bin/python3'
const STATEMENT = 'claviger approval v1\napprove\ndefault\nid\nhash\nann\n'
const PARTY = { id: 'example.test', origin: 'https://keys.example.test' }

interface Assertion {
  readonly authenticatorData: string
  readonly clientDataJson: string
  readonly signature: string
}

interface Made {
  readonly algorithm: string
  readonly credential: string
  readonly publicKey: string
  readonly plain: Assertion
  readonly extended: Assertion
}

const bytes = (text: string): Buffer => Buffer.from(text, 'base64')

test('python-fido2 and the keeper take what the other side would sign', async (t) => {
  if (spawnSync(PYTHON, ['-c', 'import fido2, cryptography']).status !== 0) {
    t.skip('needs fido2: apt-get install python3-fido2')
    return
  }
  const ours = (['P-256', 'ed25519'] as const).map((curve) => {
    const passkey = new SoftwareAuthenticator(curve)
    const { signature, assertion } = passkey.approve(STATEMENT)
    return { cose: passkey.cose.toString('base64'), signature, ...assertion }
  })
  const ran = spawnSync(PYTHON, [join(import.meta.dirname, 'passkey.py')], {
    input: JSON.stringify({ statement: STATEMENT, party: PARTY, ours }),
    encoding: 'utf8',
  })
  assert.equal(ran.status, 0, ran.stderr)
  const approvals = createApprovalCrypto({ id: PARTY.id, origins: [PARTY.origin] })
  const made = JSON.parse(ran.stdout) as readonly Made[]
  assert.deepEqual(
    made.map(({ algorithm }) => algorithm),
    ['ecdsa-p256', 'ed25519'],
  )
  for (const { algorithm, credential, publicKey, plain, extended } of made) {
    const key = approvals.readPasskey(bytes(credential), bytes(publicKey))
    assert.equal(key.algorithm, algorithm)
    for (const { signature, authenticatorData, clientDataJson } of [plain, extended]) {
      const given = {
        signature: bytes(signature),
        assertion: {
          authenticatorData: bytes(authenticatorData),
          clientDataJson: bytes(clientDataJson),
        },
      }
      const enrolled = { ...key, addedAt: 0 }
      assert.deepEqual(await approvals.verify(enrolled, STATEMENT, given), { signCount: 7 })
      assert.equal(await approvals.verify(enrolled, `${STATEMENT}x`, given), undefined)
    }
  }
})
