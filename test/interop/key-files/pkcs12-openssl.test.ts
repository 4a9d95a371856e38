// PKCS #12 and encrypted PKCS #8, by `openssl`: what it writes is read here, and what is written here, there.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  decodeEncryptedPkcs8,
  decodePkcs12,
  encodeEncryptedPkcs8,
  encodePkcs12,
} from '@claviger/keyfile'
import { type Workshop, workshop } from './foreign-tools.ts'

const PASSPHRASE = 'Grüße 鍵'

/** A key with a chain of two. */
function chained(t: TestContext): Workshop | undefined {
  const at = workshop(t, 'openssl')
  at?.certificate('root')
  at?.certificate('leaf', 'root')
  at?.write('pass', PASSPHRASE)
  return at
}

function exportedBy(at: Workshop, ...options: readonly string[]): Uint8Array {
  const inputs = ['-inkey', 'leaf.key', '-in', 'leaf.pem', '-certfile', 'root.pem', '-name', 'web']
  at.openssl('pkcs12', '-export', ...inputs, '-passout', 'file:pass', ...options, '-out', 'out.p12')
  return at.read('out.p12')
}

const WAYS: Readonly<Record<string, readonly string[]>> = {
  'as OpenSSL 3 writes it': [],
  'with many iterations': ['-iter', '100000'],
  'with SHA-512 and AES-128': ['-macalg', 'sha512', '-certpbe', 'AES-128-CBC'],
  'all under Triple DES': ['-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES'],
  'all under two-key Triple DES': [
    '-legacy',
    '-certpbe',
    'PBE-SHA1-2DES',
    '-keypbe',
    'PBE-SHA1-2DES',
  ],
  'with certificates in the clear': ['-certpbe', 'NONE'],
  'with the key in the clear': ['-keypbe', 'NONE'],
}

for (const [way, options] of Object.entries(WAYS)) {
  test(`a file ${way} is read`, (t) => {
    const at = chained(t)
    if (at === undefined) return
    const contents = decodePkcs12(exportedBy(at, ...options), { passphrase: PASSPHRASE })
    assert.deepEqual(contents, {
      entries: [
        {
          kind: 'private-key',
          alias: 'web',
          pkcs8: at.pkcs8('leaf'),
          chain: [at.der('leaf'), at.der('root')],
        },
      ],
      skipped: [],
      isAuthenticated: true,
    })
  })
}

test('of an old file, the key is read and the certificates under RC2 are told of', (t) => {
  const at = chained(t)
  if (at === undefined) return
  const { entries, skipped } = decodePkcs12(exportedBy(at, '-legacy'), { passphrase: PASSPHRASE })
  assert.deepEqual(entries, [
    { kind: 'private-key', alias: 'web', pkcs8: at.pkcs8('leaf'), chain: [] },
  ])
  assert.equal(skipped.length, 1)
  assert.match(skipped[0]?.why ?? '', /RC2-40/)
})

test('a file without a MAC is read, and is not called authentic', (t) => {
  const at = chained(t)
  if (at === undefined) return
  const file = exportedBy(at, '-nomac')
  const { entries, isAuthenticated } = decodePkcs12(file, { passphrase: PASSPHRASE })
  assert.deepEqual([entries.length, isAuthenticated], [1, false])
  assert.throws(() => decodePkcs12(file, { passphrase: 'other' }), { code: 'wrong-passphrase' })
})

test('a file under the empty passphrase is read, with and without one given', (t) => {
  const at = chained(t)
  if (at === undefined) return
  at.write('pass', '\n')
  const file = exportedBy(at)
  assert.equal(decodePkcs12(file, { passphrase: '' }).entries.length, 1)
  assert.equal(decodePkcs12(file, {}).entries.length, 1)
})

test('openssl reads what is written here', (t) => {
  const at = chained(t)
  if (at === undefined) return
  const pkcs8 = at.pkcs8('leaf')
  const chain = [at.der('leaf'), at.der('root')]
  const entry = { kind: 'private-key', alias: 'wéb', pkcs8, chain } as const
  at.write('ours.p12', encodePkcs12([entry], { passphrase: PASSPHRASE }))
  const read = (...options: readonly string[]): string =>
    at.openssl('pkcs12', '-in', 'ours.p12', '-passin', 'file:pass', '-nodes', ...options).toString()
  const [pem = ''] = /-----BEGIN PRIVATE KEY-----[^-]*-----END PRIVATE KEY-----/.exec(read()) ?? []
  at.write('back.key', pem)
  assert.deepEqual(at.pkcs8('back'), pkcs8)
  assert.equal(read('-nokeys').match(/BEGIN CERTIFICATE/g)?.length, 2)
  assert.match(read('-nokeys', '-clcerts'), /subject=CN = leaf/)
  const info = at.openssl('pkcs12', '-in', 'ours.p12', '-passin', 'file:pass', '-info', '-noout')
  assert.equal(info.length, 0)
})

const SCHEMES: Readonly<Record<string, readonly string[]>> = {
  'PBES2 as OpenSSL 3 writes it': [],
  'PBES2 with Triple DES': ['-v2', 'des3', '-v2prf', 'hmacWithSHA1'],
  'PBES2 with HMAC-SHA-512': ['-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA512'],
  'DES and MD5': ['-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-MD5-DES'],
  'DES and SHA-1': ['-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-DES'],
  'PKCS #12 Triple DES': ['-v1', 'PBE-SHA1-3DES'],
}

for (const [scheme, options] of Object.entries(SCHEMES)) {
  test(`a private key under ${scheme} is read`, (t) => {
    const at = chained(t)
    if (at === undefined) return
    const to = ['-topk8', '-in', 'leaf.key', '-passout', 'file:pass', '-outform', 'DER']
    const file = new Uint8Array(at.openssl('pkcs8', ...to, ...options))
    assert.deepEqual(decodeEncryptedPkcs8(file, { passphrase: PASSPHRASE }), at.pkcs8('leaf'))
  })
}

for (const [scheme, options] of Object.entries({
  'RC2-64': ['-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-RC2-64'],
  'RC4-128': ['-provider', 'legacy', '-provider', 'default', '-v1', 'PBE-SHA1-RC4-128'],
  scrypt: ['-scrypt'],
})) {
  test(`a private key under ${scheme} is refused by that name`, (t) => {
    const at = chained(t)
    if (at === undefined) return
    const to = ['-topk8', '-in', 'leaf.key', '-passout', 'file:pass', '-outform', 'DER']
    const file = new Uint8Array(at.openssl('pkcs8', ...to, ...options))
    assert.throws(
      () => decodeEncryptedPkcs8(file, { passphrase: PASSPHRASE }),
      (error: Error & { code?: string }) =>
        error.code === 'unsupported' && error.message.includes(scheme),
    )
  })
}

test('openssl opens a private key that was encrypted here', (t) => {
  const at = chained(t)
  if (at === undefined) return
  const pkcs8 = at.pkcs8('leaf')
  at.write('ours.der', encodeEncryptedPkcs8(pkcs8, { passphrase: PASSPHRASE }))
  const opened = ['-inform', 'DER', '-in', 'ours.der', '-passin', 'file:pass']
  const back = at.openssl('pkcs8', ...opened, '-outform', 'DER', '-nocrypt', '-topk8')
  assert.deepEqual(new Uint8Array(back), pkcs8)
})
