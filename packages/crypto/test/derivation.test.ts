import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import {
  argon2id,
  decapsulate,
  deriveBytes,
  encapsulate,
  generateKey,
  hash,
  hashHex,
  hashLatin1,
  openKey,
  openPublicKey,
  pbkdf2Bytes,
  pbkdf2BytesSync,
  randomBytes,
  unwrapKey,
  wrapKey,
} from '../src/index.ts'
import { hkdf, hkdfExpand, hmac } from '../src/primitives.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('Argon2id gives the answer of the reference program', async () => {
  // The reference program: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32.
  const options = { memoryKiB: 65_536, passes: 2, parallelism: 1, lengthBytes: 32 }
  const expected = '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7'
  assert.equal(hex(await argon2id(utf8('password'), utf8('somesalt'), options)), expected)
})

test('Argon2id gives the same where a secure heap is too small for it', () => {
  const program = `
    import { argon2id } from '@claviger/crypto'
    const of = (text) => new TextEncoder().encode(text)
    const options = { memoryKiB: 1024, passes: 3, parallelism: 4, lengthBytes: 24 }
    const derived = await argon2id(of('password'), of('somesalt'), options)
    process.stdout.write(Buffer.from(derived).toString('hex'))`
  const derive = (...flags: string[]): string => {
    const args = [...flags, '--input-type=module', '--eval', program]
    const done = spawnSync(process.execPath, args, { cwd: import.meta.dirname, encoding: 'utf8' })
    return `${done.stdout}${done.stderr}`
  }
  const expected = derive()
  assert.match(expected, /^[0-9a-f]{48}$/)
  assert.equal(derive('--secure-heap=65536'), expected)
})

test('Argon2id and PBKDF2 refuse parameters out of range', async () => {
  const good = { memoryKiB: 64, passes: 1, parallelism: 1, lengthBytes: 16 }
  const bad = [
    { memoryKiB: 7 },
    { memoryKiB: 2 ** 22 },
    { passes: 0 },
    { passes: 1.5 },
    { parallelism: 0 },
    { parallelism: 9, memoryKiB: 64 },
    { lengthBytes: 3 },
  ]
  for (const change of bad) {
    await assert.rejects(argon2id(utf8('x'), utf8('somesalt'), { ...good, ...change }), {
      code: 'invalid-input',
    })
  }
  await assert.rejects(argon2id(utf8('x'), utf8('short'), good), { code: 'invalid-input' })
  for (const iterations of [0, 2 ** 25, 1.5]) {
    const options = { hash: 'sha256', iterations, lengthBytes: 16 } as const
    assert.throws(() => pbkdf2BytesSync('x', utf8('salt'), options), { code: 'invalid-input' })
  }
})

test('PBKDF2 is the same at once and later', async () => {
  const options = { hash: 'sha256', iterations: 1000, lengthBytes: 40 } as const
  assert.equal(
    hex(await pbkdf2Bytes('é', utf8('salt'), options)),
    hex(pbkdf2BytesSync('é', utf8('salt'), options)),
  )
})

test('HKDF is its extraction and its expansion', () => {
  const [secret, salt, info] = [utf8('secret'), utf8('salt'), utf8('info')]
  const expanded = hkdfExpand('sha256', hmac('sha256', salt, secret), info, 100)
  assert.equal(hex(hkdf('sha256', secret, salt, info, 100)), hex(expanded))
})

test('a derivation is bound to everything it is given', () => {
  const secret = new Uint8Array(32)
  const seen = new Set<string>()
  for (const lengthBytes of [32, 33]) {
    for (const label of ['', 'a', 'ab']) {
      for (const context of ['', 'b']) {
        const input = { lengthBytes, label: utf8(label), context: utf8(context) }
        seen.add(hex(deriveBytes(secret, 'kbkdf-hmac-sha256', input)).slice(0, 64))
      }
    }
  }
  assert.equal(seen.size, 12)
  for (const lengthBytes of [0, -1, 1.5, 255 * 32 + 1]) {
    assert.throws(() => deriveBytes(secret, 'hkdf-sha256', { lengthBytes }), {
      code: 'invalid-input',
    })
  }
  assert.throws(() => deriveBytes(new Uint8Array(31), 'kbkdf-cmac', { lengthBytes: 16 }), {
    code: 'invalid-input',
  })
})

test('one-step derivation gives RFC 7518 appendix C', () => {
  // Z and OtherInfo of the ECDH-ES example; the derived key is VqqN6vgjbSBcIijNcacQGg.
  const z = Uint8Array.of(
    158,
    86,
    217,
    29,
    129,
    113,
    53,
    211,
    114,
    131,
    66,
    131,
    191,
    132,
    38,
    156,
    251,
    49,
    110,
    163,
    218,
    128,
    106,
    72,
    246,
    218,
    167,
    121,
    140,
    254,
    144,
    196,
  )
  const info = Buffer.concat([
    Buffer.from([0, 0, 0, 7]),
    utf8('A128GCM'),
    Buffer.from([0, 0, 0, 5]),
    utf8('Alice'),
    Buffer.from([0, 0, 0, 3]),
    utf8('Bob'),
    Buffer.from([0, 0, 0, 128]),
  ])
  const derived = deriveBytes(z, 'onestep-sha256', { info, lengthBytes: 16 })
  assert.equal(Buffer.from(derived).toString('base64url'), 'VqqN6vgjbSBcIijNcacQGg')
})

test('the three forms of a digest agree', () => {
  for (const data of ['héllo', utf8('héllo')]) {
    const digest = Buffer.from(hash('sha256', data))
    assert.equal(hashHex('sha256', data), digest.toString('hex'))
    assert.equal(hashLatin1('sha256', data), digest.toString('latin1'))
  }
  assert.equal(
    hashHex('sha512-256', ''),
    'c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a',
  )
})

test('random bytes do not repeat across refills of the pool', () => {
  const seen = new Set<string>()
  for (let index = 0; index < 5000; index++) seen.add(hex(randomBytes(12)))
  assert.equal(seen.size, 5000)
  for (const length of [0, 1, 256, 257, 40_000]) assert.equal(randomBytes(length).length, length)
  assert.ok(randomBytes(1000).some((byte) => byte !== 0))
  for (const length of [-1, 1.5, Number.NaN, 2 ** 30]) {
    assert.throws(() => randomBytes(length), { code: 'invalid-input' })
  }
})

test('RSA-AES-KWP carries material longer than the modulus, and is OAEP and KWP', async () => {
  const material = await generateKey('rsa-2048')
  const key = openKey('rsa-2048', material.secret)
  const wrapped = wrapKey(
    openPublicKey('rsa-2048', material.public as Uint8Array),
    'rsa-aes-kwp-sha256',
    material.secret,
  )
  assert.equal(hex(await unwrapKey(key, 'rsa-aes-kwp-sha256', wrapped)), hex(material.secret))
  const wrappingKey = await unwrapKey(key, 'rsa-oaep-sha256', wrapped.subarray(0, 256))
  const inner = await unwrapKey(openKey('aes-256', wrappingKey), 'aes-kwp', wrapped.subarray(256))
  assert.equal(hex(inner), hex(material.secret))
  // A sender may choose AES-128 for the wrapping key.
  const small = new Uint8Array(16).fill(5)
  const foreign = Buffer.concat([
    wrapKey(key, 'rsa-oaep-sha256', small),
    wrapKey(openKey('aes-128', small), 'aes-kwp', utf8('material')),
  ])
  assert.equal(hex(await unwrapKey(key, 'rsa-aes-kwp-sha256', foreign)), hex(utf8('material')))
})

test('a KEM ciphertext for another key gives another secret, and a wrong length is refused', async () => {
  for (const spec of ['ml-kem-512', 'ml-kem-768', 'ml-kem-1024', 'x-wing'] as const) {
    const [one, other] = [await generateKey(spec), await generateKey(spec)]
    const { ciphertext, sharedSecret } = encapsulate(openPublicKey(spec, one.public as Uint8Array))
    assert.notEqual(hex(decapsulate(openKey(spec, other.secret), ciphertext)), hex(sharedSecret))
    for (const length of [0, ciphertext.length - 1]) {
      assert.throws(() => decapsulate(openKey(spec, one.secret), ciphertext.subarray(0, length)), {
        code: 'invalid-input',
      })
    }
  }
})
