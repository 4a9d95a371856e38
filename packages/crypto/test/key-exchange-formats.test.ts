import assert from 'node:assert/strict'
import { createECDH, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { encodeBase64url } from '@claviger/bytes'
import {
  type BinaryKeyFormat,
  CryptoError,
  exportKey,
  exportKeyText,
  generateKey,
  importKey,
  type KeySpec,
  keySpecNames,
  specEntry,
} from '../src/index.ts'

const slow = /^slh-dsa-.*(s|256f)$|^rsa-(4096|6144|8192)$/
const refused = (error: unknown): boolean =>
  error instanceof CryptoError && (error.code === 'invalid-key' || error.code === 'unsupported')

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex')

for (const spec of keySpecNames.filter((name) => !slow.test(name))) {
  test(`${spec}: every export format imports back to the same key`, async () => {
    const key = await generateKey(spec)
    const { family } = specEntry(spec)
    const formats: readonly BinaryKeyFormat[] =
      family === 'symmetric'
        ? ['raw']
        : family === 'x-wing'
          ? ['raw-private', 'raw-public']
          : family === 'rsa'
            ? ['pkcs8', 'spki']
            : ['pkcs8', 'spki', 'raw-private', 'raw-public']
    for (const format of formats) {
      const imported = await importKey(format, exportKey(key, format), spec)
      assert.equal(imported.spec, spec)
      assert.equal(hex(imported.public), hex(key.public), format)
      if (format !== 'spki' && format !== 'raw-public')
        assert.equal(hex(imported.secret), hex(key.secret), format)
    }
    if (family === 'x-wing' || spec.startsWith('ec-brainpool')) return
    for (const secret of family === 'symmetric' ? [true] : [true, false]) {
      const jwk = await importKey('jwk', exportKeyText(key, 'jwk', { secret }), spec)
      assert.equal(hex(jwk.public), hex(key.public))
      assert.equal(hex(jwk.secret), secret ? hex(key.secret) : '')
      if (family === 'symmetric') continue
      const pem = await importKey('pem', exportKeyText(key, 'pem', { secret }))
      assert.deepEqual([pem.spec, hex(pem.public)], [spec, hex(key.public)])
    }
  })
}

test('text export gives the public half unless the secret is asked for', async () => {
  const key = await generateKey('ec-p256')
  assert.equal(JSON.parse(exportKeyText(key, 'jwk')).d, undefined)
  assert.ok(exportKeyText(key, 'pem').includes('PUBLIC KEY'))
  const aes = await generateKey('aes-128')
  assert.throws(() => exportKeyText(aes, 'jwk'), refused)
})

test('traditional PEM is read; encrypted and unknown PEM, and two blocks, are not', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pkcs1 = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }) as string
  const sec1 = ec.privateKey.export({ type: 'sec1', format: 'pem' }) as string
  assert.equal((await importKey('pem', pkcs1)).spec, 'rsa-2048')
  assert.equal((await importKey('pem', sec1)).spec, 'ec-p256')
  const encrypted = ec.privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'x',
  }) as string
  for (const text of [
    encrypted,
    sec1 + sec1,
    ` ${sec1}`,
    sec1.replace('END EC', 'END RSA'),
    '',
    'x'.repeat(40_000),
  ]) {
    await assert.rejects(async () => importKey('pem', text), refused)
  }
})

test('DER with trailing data, or cut short anywhere, is refused', async () => {
  const { secret, public: spki } = await generateKey('ec-p256')
  for (const [format, der] of [
    ['pkcs8', secret],
    ['spki', spki as Uint8Array],
  ] as const) {
    await assert.rejects(async () => importKey(format, Buffer.concat([der, Buffer.of(0)])), refused)
    for (let length = 0; length < der.length; length++) {
      await assert.rejects(async () => importKey(format, der.subarray(0, length)), refused)
    }
  }
})

test('explicit curve parameters, hybrid points and points off the curve are refused', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    paramEncoding: 'explicit',
  })
  const explicit = (key: KeyObject, type: 'pkcs8' | 'spki'): Buffer =>
    key.export({ type, format: 'der' } as never) as unknown as Buffer
  await assert.rejects(async () => importKey('pkcs8', explicit(privateKey, 'pkcs8')), refused)
  await assert.rejects(async () => importKey('spki', explicit(publicKey, 'spki')), refused)
  const sec1 = privateKey.export({ type: 'sec1', format: 'pem' }) as string
  await assert.rejects(async () => importKey('pem', sec1), refused)
  const { public: spki } = await generateKey('ec-p256')
  const point = (spki as Uint8Array).length - 65
  const hybrid = Buffer.from(spki as Uint8Array)
  hybrid.writeUInt8(6 + ((hybrid.at(-1) as number) & 1), point)
  await assert.rejects(async () => importKey('spki', hybrid), refused)
  const off = Buffer.from(spki as Uint8Array)
  off.writeUInt8((off.at(-1) as number) ^ 1, off.length - 1)
  await assert.rejects(async () => importKey('spki', off), refused)
  await assert.rejects(async () => importKey('raw-public', Buffer.of(0), 'ec-p256'), refused)
  await assert.rejects(async () => importKey('raw-private', Buffer.alloc(32), 'ec-p256'), refused)
  await assert.rejects(
    async () => importKey('raw-private', Buffer.alloc(32, 255), 'ec-p256'),
    refused,
  )
})

test('a compressed point is read and written out', async () => {
  const ecdh = createECDH('prime256v1')
  ecdh.generateKeys()
  const compressed = await importKey('raw-public', ecdh.getPublicKey(null, 'compressed'), 'ec-p256')
  const whole = await importKey('raw-public', ecdh.getPublicKey(), 'ec-p256')
  assert.equal(hex(compressed.public), hex(whole.public))
})

test('a private key with somebody else’s public half is refused', async () => {
  const [one, other] = [await generateKey('ec-p256'), await generateKey('ec-p256')]
  const der = Buffer.from(one.secret)
  Buffer.from((other.public as Uint8Array).subarray(-65)).copy(der, der.length - 65)
  await assert.rejects(async () => importKey('pkcs8', der), refused)
  for (const spec of [
    'ec-p256',
    'ed25519',
    'x25519',
    'ml-dsa-44',
    'ml-kem-768',
    'rsa-2048',
  ] as const) {
    const [mine, theirs] = [await generateKey(spec), await generateKey(spec)]
    const jwk = JSON.parse(exportKeyText(mine, 'jwk', { secret: true })) as Record<string, string>
    const foreign = JSON.parse(exportKeyText(theirs, 'jwk')) as Record<string, string>
    for (const name of ['x', 'y', 'pub', 'n']) {
      if (foreign[name] !== undefined) jwk[name] = foreign[name]
    }
    await assert.rejects(async () => importKey('jwk', JSON.stringify(jwk)), refused, spec)
  }
})

test('an RSA key of which the parts do not belong together is refused', async () => {
  const key = await generateKey('rsa-2048')
  const good = JSON.parse(exportKeyText(key, 'jwk', { secret: true })) as Record<string, string>
  for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) {
    const bytes = Buffer.from(good[name] as string, 'base64url')
    bytes.writeUInt8((bytes.at(-1) as number) ^ 2, bytes.length - 1)
    const bad = JSON.stringify({ ...good, [name]: encodeBase64url(bytes) })
    await assert.rejects(async () => importKey('jwk', bad), refused, name)
  }
  const { d: _, ...partial } = good
  await assert.rejects(async () => importKey('jwk', JSON.stringify(partial)), refused)
  await assert.rejects(async () => importKey('jwk', JSON.stringify({ ...good, oth: [] })), refused)
})

test('RSA sizes and exponents outside the rules are refused', async () => {
  for (const [modulusLength, publicExponent] of [
    [1024, 65537],
    [2056, 65537],
    [2048, 3],
  ] as const) {
    const pair = generateKeyPairSync('rsa', { modulusLength, publicExponent })
    await assert.rejects(
      async () => importKey('pkcs8', pair.privateKey.export({ type: 'pkcs8', format: 'der' })),
      refused,
    )
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
    // An exponent of 3 is enough for checking old signatures.
    if (publicExponent === 3) assert.equal((await importKey('spki', spki)).spec, 'rsa-2048')
    else await assert.rejects(async () => importKey('spki', spki), refused)
  }
  const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 })
  await assert.rejects(
    async () => importKey('spki', pss.publicKey.export({ type: 'spki', format: 'der' })),
    refused,
  )
})

test('JWKs with other spellings or missing members are refused', async () => {
  const jwk = JSON.parse(exportKeyText(await generateKey('ec-p256'), 'jwk')) as Record<
    string,
    string
  >
  const bad = [
    '',
    '[]',
    'null',
    '{}',
    JSON.stringify({ ...jwk, kty: 'toString' }),
    JSON.stringify({ ...jwk, x: `${jwk['x']}=` }),
    JSON.stringify({ ...jwk, x: `AA${jwk['x']}` }),
    JSON.stringify({ ...jwk, crv: 'P-384' }),
    JSON.stringify({ ...jwk, crv: 'P-224' }),
    JSON.stringify({ ...jwk, y: undefined }),
    JSON.stringify({ ...jwk, y: 7 }),
    JSON.stringify({ kty: 'oct', k: 'AA' }),
  ]
  for (const json of bad) await assert.rejects(async () => importKey('jwk', json), refused, json)
  await assert.rejects(
    async () => importKey('jwk', JSON.stringify({ kty: 'oct', k: 'AA' }), 'aes-128'),
    refused,
  )
})

test('the specification told must be the one found', async () => {
  const key = await generateKey('ec-p256')
  await assert.rejects(async () => importKey('pkcs8', key.secret, 'ec-p384'), refused)
  await assert.rejects(async () => importKey('raw', new Uint8Array(16), 'aes-256'), refused)
  await assert.rejects(async () => importKey('raw', new Uint8Array(16)), refused)
  await assert.rejects(async () => importKey('raw', new Uint8Array(32), 'ed25519'), refused)
  await assert.rejects(
    async () => importKey('raw-private', new Uint8Array(32), 'aes-256' as KeySpec),
    refused,
  )
  const secret = createPrivateKey(
    generateKeyPairSync('dsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  )
  await assert.rejects(
    async () => importKey('pkcs8', secret.export({ type: 'pkcs8', format: 'der' })),
    refused,
  )
})
