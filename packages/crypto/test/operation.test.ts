import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  agree,
  CryptoError,
  decapsulate,
  decrypt,
  deriveKey,
  encapsulate,
  encrypt,
  type EncryptMechanism,
  generateKey,
  type KeySpec,
  keySpecNames,
  mac,
  type Mechanism,
  mechanismEntry,
  mechanismNames,
  mechanisms,
  type OpenKey,
  openKey,
  openPublicKey,
  sign,
  signDigestBytes,
  type SignMechanism,
  specEntry,
  unwrapKey,
  verify,
  verifyMac,
  wrapKey,
} from '../src/index.ts'

// The small parameter sets take seconds to sign and the large RSA keys to make: the test of every pair stops short
// of them, and slow.test.ts takes some of them up.
const slow = /^slh-dsa-.*(s|256f)$|^rsa-(3072|4096|6144|8192)$/
const message = new TextEncoder().encode('the quick brown fox')
const code = (expected: string) => (error: unknown) =>
  error instanceof CryptoError && error.code === expected

async function tryEncrypt(key: OpenKey, mechanism: EncryptMechanism): Promise<void> {
  const plaintext =
    mechanism === 'aes-ecb' || mechanism === 'aes-xts' ? new Uint8Array(48) : message
  const { iv, ciphertext } = encrypt(key, mechanism, { plaintext })
  const opened = await decrypt(key, mechanism, { iv, ciphertext })
  assert.deepEqual(Buffer.from(opened), Buffer.from(plaintext))
}

async function trySign(key: OpenKey, mechanism: SignMechanism): Promise<void> {
  const signature = await sign(key, mechanism, { message })
  assert.equal(await verify(key, mechanism, { message }, signature), true)
  assert.equal(await verify(key, mechanism, { message: new Uint8Array(3) }, signature), false)
  const changed = Buffer.from(signature)
  changed.writeUInt8((changed[9] as number) ^ 1, 9)
  assert.equal(await verify(key, mechanism, { message }, changed), false)
  assert.equal(await verify(key, mechanism, { message }, signature.subarray(1)), false)
  assert.equal(await verify(key, mechanism, { message }, new Uint8Array()), false)
  const bytes = signDigestBytes(mechanism)
  if (bytes === undefined) {
    assert.throws(() => sign(key, mechanism, { digest: new Uint8Array(64) }), code('unsupported'))
    return
  }
  const digest = crypto.getRandomValues(new Uint8Array(bytes))
  const prehashed = await sign(key, mechanism, { digest })
  assert.equal(await verify(key, mechanism, { digest }, prehashed), true)
  const other = Uint8Array.from(digest, (byte) => byte ^ 1)
  assert.equal(await verify(key, mechanism, { digest: other }, prehashed), false)
  assert.throws(() => sign(key, mechanism, { digest: digest.subarray(1) }), code('invalid-input'))
}

async function tryUse(key: OpenKey, peer: OpenKey, mechanism: Mechanism): Promise<void> {
  for (const use of mechanismEntry(mechanism).uses) {
    switch (use) {
      case 'encrypt':
        await tryEncrypt(key, mechanism as EncryptMechanism)
        break
      case 'sign':
        await trySign(key, mechanism as SignMechanism)
        break
      case 'mac': {
        const tag = mac(key, mechanism as 'aes-cmac', message)
        assert.equal(verifyMac(key, mechanism as 'aes-cmac', message, tag), true)
        assert.equal(verifyMac(key, mechanism as 'aes-cmac', message, tag.subarray(1)), false)
        break
      }
      case 'wrap': {
        const wrapped = wrapKey(key, mechanism as 'aes-kw', new Uint8Array(32).fill(7))
        const material = await unwrapKey(key, mechanism as 'aes-kw', wrapped)
        assert.deepEqual(Buffer.from(material), Buffer.alloc(32, 7))
        const changed = Buffer.from(wrapped)
        changed.writeUInt8((changed.at(-1) as number) ^ 1, changed.length - 1)
        await assert.rejects(
          async () => unwrapKey(key, mechanism as 'aes-kw', changed),
          code('authentication-failed'),
        )
        break
      }
      case 'agree':
        assert.deepEqual(await agree(key, peer), await agree(peer, key))
        break
      case 'encapsulate': {
        const { ciphertext, sharedSecret } = encapsulate(key)
        assert.deepEqual(Buffer.from(decapsulate(key, ciphertext)), Buffer.from(sharedSecret))
        break
      }
      case 'derive':
        assert.equal(deriveKey(key, mechanism as 'hkdf-sha256', { lengthBytes: 77 }).length, 77)
        break
    }
  }
}

for (const spec of keySpecNames.filter((name) => !slow.test(name))) {
  test(`${spec}: made, opened, and used by every mechanism that takes it`, async () => {
    const material = await generateKey(spec)
    assert.equal(material.public === undefined, specEntry(spec).family === 'symmetric')
    const key = openKey(spec, material.secret)
    const peer = openKey(spec, (await generateKey(spec)).secret)
    for (const mechanism of mechanismNames) {
      if (mechanismEntry(mechanism).specs.includes(spec)) await tryUse(key, peer, mechanism)
    }
  })
}

test('a mechanism refuses a key that is not in its row, and a use it does not have', async () => {
  const aes = openKey('aes-256', new Uint8Array(32))
  const hmac = openKey('hmac-sha256', new Uint8Array(32))
  assert.throws(() => encrypt(hmac, 'aes-gcm', { plaintext: message }), code('unsupported'))
  assert.throws(() => mac(aes, 'hmac-sha256', message), code('unsupported'))
  assert.throws(() => mac(aes, 'aes-gcm' as never, message), code('unsupported'))
  assert.throws(
    () => encrypt(aes, 'toString' as never, { plaintext: message }),
    code('unsupported'),
  )
  await assert.rejects(async () => generateKey('toString' as KeySpec), code('unsupported'))
})

test('options a mechanism would ignore are refused', () => {
  const aes = openKey('aes-256', new Uint8Array(32))
  const plaintext = new Uint8Array(16)
  assert.throws(() => encrypt(aes, 'aes-cbc', { plaintext, aad: message }), code('invalid-input'))
  assert.throws(() => encrypt(aes, 'aes-ctr', { plaintext, tagBytes: 16 }), code('invalid-input'))
  assert.throws(
    () => encrypt(aes, 'aes-gcm', { plaintext, padding: 'none' }),
    code('invalid-input'),
  )
  assert.throws(() => encrypt(aes, 'aes-gcm', { plaintext, tagBytes: 4 }), code('invalid-input'))
  assert.throws(
    () => encrypt(aes, 'aes-gcm', { plaintext, iv: new Uint8Array() }),
    code('invalid-input'),
  )
  assert.throws(() => decrypt(aes, 'aes-gcm', { ciphertext: plaintext }), code('invalid-input'))
  const kdk = openKey('kdk-256', new Uint8Array(32))
  const derive = { lengthBytes: 32, label: message }
  assert.throws(() => deriveKey(kdk, 'hkdf-sha256', derive), code('invalid-input'))
  assert.throws(
    () => deriveKey(kdk, 'kbkdf-cmac', { lengthBytes: 32, salt: message }),
    code('invalid-input'),
  )
})

test('every failed decryption carries the same error', async () => {
  const rsa = await generateKey('rsa-2048')
  const key = openKey('rsa-2048', rsa.secret)
  const aes = openKey('aes-256', new Uint8Array(32))
  const iv = new Uint8Array(12)
  const failures = [
    async () => decrypt(key, 'rsa-oaep-sha256', { ciphertext: new Uint8Array(256) }),
    async () => decrypt(key, 'rsa-oaep-sha256', { ciphertext: new Uint8Array(3) }),
    async () => decrypt(aes, 'aes-gcm', { iv, ciphertext: new Uint8Array(40) }),
    async () => decrypt(aes, 'aes-gcm', { iv, ciphertext: new Uint8Array(3) }),
    async () => unwrapKey(aes, 'aes-kw', new Uint8Array()),
    async () => unwrapKey(aes, 'aes-kw', new Uint8Array(25)),
    async () => unwrapKey(key, 'rsa-aes-kwp-sha256', new Uint8Array(300)),
  ]
  const messages = new Set<string>()
  for (const fail of failures) {
    await assert.rejects(fail, (error: CryptoError) => {
      messages.add(`${error.code} ${error.message}`)
      return true
    })
  }
  assert.equal(messages.size, 1)
})

test('a public key verifies and encrypts, and does nothing else', async () => {
  const material = await generateKey('rsa-2048')
  const key = openPublicKey('rsa-2048', material.public as Uint8Array)
  const { ciphertext } = encrypt(key, 'rsa-oaep-sha256', { plaintext: message, aad: message })
  await assert.rejects(
    async () => decrypt(key, 'rsa-oaep-sha256', { ciphertext }),
    code('unsupported'),
  )
  assert.throws(() => sign(key, 'rsa-pss-sha256', { message }), code('unsupported'))
  const opened = openKey('rsa-2048', material.secret)
  await assert.rejects(
    async () => decrypt(opened, 'rsa-oaep-sha256', { ciphertext }),
    code('authentication-failed'),
  )
  assert.equal(
    (await decrypt(opened, 'rsa-oaep-sha256', { ciphertext, aad: message })).length,
    message.length,
  )
})

test('a symmetric key is used where it lies and is zeroed there', () => {
  const secret = new Uint8Array(32).fill(1)
  const key = openKey('aes-256', secret)
  const iv = new Uint8Array(12)
  const first = encrypt(key, 'aes-gcm', { plaintext: message, iv }).ciphertext
  secret.fill(2)
  assert.notDeepEqual(encrypt(key, 'aes-gcm', { plaintext: message, iv }).ciphertext, first)
  assert.ok(
    inspect({ key }).includes('[secret key aes-256]') &&
      JSON.stringify(key) === '"[secret key aes-256]"',
  )
  key.wipe()
  key.wipe()
  assert.deepEqual(secret, new Uint8Array(32))
  assert.equal(key.isWiped, true)
  assert.throws(() => encrypt(key, 'aes-gcm', { plaintext: message }), code('wiped'))
})

test('fast work comes back at once, slow work as a promise', async () => {
  const p256 = await generateKey('ec-p256')
  const p384 = await generateKey('ec-p384')
  const quick = sign(openKey('ec-p256', p256.secret), 'ecdsa-sha256', { message })
  assert.ok(quick instanceof Uint8Array)
  const later = sign(openKey('ec-p384', p384.secret), 'ecdsa-sha384', { message })
  assert.ok(later instanceof Promise)
  await later
})

test('opening refuses wrong lengths, wrong labels and equal XTS halves', async () => {
  assert.throws(() => openKey('aes-256', new Uint8Array(16)), code('invalid-key'))
  assert.throws(() => openKey('hmac-sha256', new Uint8Array(13)), code('invalid-key'))
  assert.throws(() => openKey('aes-128-xts', new Uint8Array(32)), code('invalid-key'))
  assert.throws(() => openKey('ec-p256', new Uint8Array(32)), code('invalid-key'))
  const p256 = await generateKey('ec-p256')
  assert.throws(() => openKey('ec-p384', p256.secret), code('invalid-key'))
  assert.throws(() => openPublicKey('ed25519', p256.public as Uint8Array), code('invalid-key'))
  assert.throws(() => openPublicKey('aes-256', new Uint8Array(32)), code('invalid-key'))
  assert.throws(() => openKey('x-wing', new Uint8Array(31)), code('invalid-key'))
})

test('the mechanism table names only specifications that exist', () => {
  for (const entry of Object.values(mechanisms)) {
    assert.ok(entry.specs.length > 0 && entry.uses.length > 0)
    for (const spec of entry.specs) assert.ok(keySpecNames.includes(spec))
  }
})
