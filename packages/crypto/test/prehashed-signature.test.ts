// What a digest is signed into must be what a message is signed into: each way against the other, and against the
// libraries that do both.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ed25519ph } from '@noble/curves/ed25519.js'
import { ed448ph } from '@noble/curves/ed448.js'
import { slh_dsa_sha2_128f, slh_dsa_shake_128f } from '@noble/post-quantum/slh-dsa.js'
import {
  exportKey,
  generateKey,
  hash,
  type HashName,
  importKey,
  type KeySpec,
  mechanismNames,
  mechanisms,
  openKey,
  sign,
  type SignMechanism,
  verify,
} from '../src/index.ts'
import { shake256 } from '../src/hash.ts'

const message = new TextEncoder().encode('prehashed')

async function open(spec: KeySpec): Promise<ReturnType<typeof openKey>> {
  return openKey(spec, (await generateKey(spec)).secret)
}

const withHash = mechanismNames.filter((name) =>
  /^(rsa-pss|rsa-pkcs1|ecdsa)-sha/.test(name),
) as SignMechanism[]
const specs = ['rsa-2048', ...mechanisms['ecdsa-sha256'].specs] as const

for (const spec of specs) {
  test(`${spec}: a digest's signature verifies as its message's, and the reverse`, async () => {
    const key = await open(spec)
    for (const mechanism of withHash) {
      if (!mechanisms[mechanism].specs.includes(spec)) continue
      const digest = hash(/sha(3-)?\d+$/.exec(mechanism)?.[0] as HashName, message)
      const formats = mechanism.startsWith('ecdsa')
        ? (['der', 'p1363'] as const)
        : ([undefined] as const)
      for (const format of formats) {
        const form = format === undefined ? {} : { format }
        const ofDigest = await sign(key, mechanism, { digest, ...form })
        const ofMessage = await sign(key, mechanism, { message, ...form })
        assert.equal(await verify(key, mechanism, { message, ...form }, ofDigest), true, mechanism)
        assert.equal(await verify(key, mechanism, { digest, ...form }, ofMessage), true, mechanism)
        assert.equal(
          await verify(key, mechanism, { digest: digest.toReversed(), ...form }, ofMessage),
          false,
        )
      }
    }
  })
}

test('Ed25519ph and Ed448ph agree with the library that hashes for itself, contexts included', async () => {
  for (const [spec, mechanism, library] of [
    ['ed25519', 'ed25519ph', ed25519ph],
    ['ed448', 'ed448ph', ed448ph],
  ] as const) {
    const material = await generateKey(spec)
    const key = openKey(spec, material.secret)
    const seed = Uint8Array.from(exportKey(material, 'raw-private'))
    const digest = spec === 'ed25519' ? hash('sha512', message) : shake256(message, 64)
    for (const context of [new Uint8Array(), new Uint8Array(255).fill(9)]) {
      const expected = Buffer.from(library.sign(message, seed, { context }))
      assert.deepEqual(Buffer.from(await sign(key, mechanism, { message, context })), expected)
      assert.deepEqual(Buffer.from(await sign(key, mechanism, { digest, context })), expected)
      assert.equal(await verify(key, mechanism, { message, context }, expected), true)
      assert.equal(await verify(key, mechanism, { message, context: message }, expected), false)
    }
    assert.throws(() => sign(key, mechanism, { message, context: new Uint8Array(256) }), {
      code: 'invalid-input',
    })
  }
})

test('a pure EdDSA signature is not a prehashed one', async () => {
  const key = await open('ed25519')
  const pure = await sign(key, 'ed25519', { message })
  assert.equal(await verify(key, 'ed25519ph', { message }, pure), false)
  assert.throws(() => sign(key, 'ed25519', { message, context: message }), {
    code: 'invalid-input',
  })
})

test('ML-DSA signs an external mu as OpenSSL signs the message', async () => {
  for (const spec of mechanisms['ml-dsa'].specs) {
    const material = await generateKey(spec)
    const key = openKey(spec, material.secret)
    const context = new TextEncoder().encode('context')
    const tr = shake256(exportKey(material, 'raw-public'), 64)
    const head = Buffer.concat([tr, Buffer.of(0, context.length), context, message])
    const mu = shake256(head, 64)
    const external = await sign(key, 'ml-dsa', { digest: mu })
    assert.equal(await verify(key, 'ml-dsa', { message, context }, external), true)
    assert.equal(await verify(key, 'ml-dsa', { message }, external), false)
    const whole = await sign(key, 'ml-dsa', { message, context })
    assert.equal(await verify(key, 'ml-dsa', { digest: mu }, whole), true)
    assert.throws(() => sign(key, 'ml-dsa', { digest: mu, context }), { code: 'invalid-input' })
  }
})

test('SLH-DSA agrees with another implementation both ways, contexts included', async () => {
  for (const [spec, library] of [
    ['slh-dsa-sha2-128f', slh_dsa_sha2_128f],
    ['slh-dsa-shake-128f', slh_dsa_shake_128f],
  ] as const) {
    const theirs = library.keygen(new Uint8Array(48).fill(3))
    const ours = await importKey('raw-private', theirs.secretKey, spec)
    assert.deepEqual(Buffer.from(exportKey(ours, 'raw-public')), Buffer.from(theirs.publicKey))
    const key = openKey(spec, ours.secret as Uint8Array)
    const context = new TextEncoder().encode('context')
    const signature = await sign(key, 'slh-dsa', { message, context })
    assert.equal(
      library.verify(Uint8Array.from(signature), message, theirs.publicKey, { context }),
      true,
    )
    const foreign = library.sign(message, theirs.secretKey, { context })
    assert.equal(await verify(key, 'slh-dsa', { message, context }, foreign), true)
    assert.equal(await verify(key, 'slh-dsa', { message }, foreign), false)
  }
})
