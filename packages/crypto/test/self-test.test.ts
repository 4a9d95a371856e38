import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import {
  CryptoError,
  encrypt,
  generateKey,
  importKey,
  type KeySpec,
  mechanismNames,
  openKey,
  runSelfTests,
  selfTestStatus,
  sign,
} from '../src/index.ts'
import { selfTests } from '../src/self-test/seam.ts'

const failed = (error: unknown): boolean =>
  error instanceof CryptoError && error.code === 'self-test-failed'

afterEach(() => selfTests.restore())

test('all known-answer tests pass', () => {
  const { passed, failed: broken } = runSelfTests()
  assert.deepEqual(broken, [])
  assert.equal(passed.length, mechanismNames.length)
})

test('a mechanism is tested before its first use, and not before', () => {
  selfTests.restore()
  assert.equal(selfTestStatus('aes-gcm'), 'untested')
  encrypt(openKey('aes-128', new Uint8Array(16)), 'aes-gcm', { plaintext: new Uint8Array(1) })
  assert.equal(selfTestStatus('aes-gcm'), 'passed')
  assert.equal(selfTestStatus('aes-ccm'), 'untested')
})

for (const mechanism of mechanismNames) {
  test(`a wrong answer of ${mechanism} is noticed`, () => {
    selfTests.corrupt(mechanism)
    const report = runSelfTests()
    assert.ok(report.failed.includes(mechanism))
    // RSA-AES-KWP is tested through its two parts and falls with them.
    for (const other of report.failed)
      assert.ok(other === mechanism || other.startsWith('rsa-aes-kwp'))
  })
}

test('a mechanism that failed its test refuses service, alone and for good', async () => {
  selfTests.corrupt('aes-gcm')
  const key = openKey('aes-128', new Uint8Array(16))
  const plaintext = new Uint8Array(16)
  for (let attempt = 0; attempt < 2; attempt++) {
    assert.throws(() => encrypt(key, 'aes-gcm', { plaintext }), failed)
  }
  encrypt(key, 'aes-ctr', { plaintext })
  assert.ok(runSelfTests().failed.includes('aes-gcm'))
  assert.throws(() => encrypt(key, 'aes-gcm', { plaintext }), failed)
  const ed = await generateKey('ed25519')
  selfTests.corrupt('ed25519')
  assert.throws(
    () => sign(openKey('ed25519', ed.secret), 'ed25519', { message: plaintext }),
    failed,
  )
})

test('signatures over digests are guarded by a test of their own', async () => {
  const digest = new Uint8Array(32)
  for (const [spec, mechanism, prehashed] of [
    ['ec-p256', 'ecdsa-sha256', digest],
    ['rsa-2048', 'rsa-pss-sha256', digest],
    ['ml-dsa-44', 'ml-dsa', new Uint8Array(64)],
  ] as const) {
    const key = openKey(spec, (await generateKey(spec)).secret)
    selfTests.restore()
    selfTests.corrupt(`${mechanism} of digests`)
    await sign(key, mechanism, { message: digest })
    assert.equal(selfTestStatus(mechanism), 'passed')
    assert.throws(() => sign(key, mechanism, { digest: prehashed }), failed)
    assert.equal(selfTestStatus(mechanism), 'failed')
    assert.deepEqual(runSelfTests().failed, [mechanism])
    selfTests.restore()
    selfTests.corrupt(mechanism)
    await sign(key, mechanism, { digest: prehashed })
    assert.throws(() => sign(key, mechanism, { message: digest }), failed)
  }
})

const pairs: readonly KeySpec[] = [
  'rsa-2048',
  'ec-p256',
  'ec-p384',
  'ed25519',
  'ed448',
  'x25519',
  'x448',
  'ml-kem-768',
  'ml-dsa-44',
  'slh-dsa-sha2-128f',
  'x-wing',
]

for (const spec of pairs) {
  test(`a ${spec} pair that fails its consistency test is not given out`, async () => {
    const good = await generateKey(spec)
    selfTests.corruptPairwise()
    await assert.rejects(async () => generateKey(spec), failed)
    const format = spec === 'x-wing' ? 'raw-private' : 'pkcs8'
    await assert.rejects(async () => importKey(format, good.secret, spec), { code: 'invalid-key' })
  })
}
