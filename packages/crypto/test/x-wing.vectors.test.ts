// The three vectors of draft-connolly-cfrg-xwing-kem-08 appendix C. OpenSSL's encapsulation takes its own
// randomness, so the draft's ciphertexts are made from their published randomness by @noble/post-quantum; the
// shared secret below, which is the draft's, is bound to every byte of them that matters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ml_kem768_x25519 } from '@noble/post-quantum/hybrid.js'
import {
  decapsulate,
  encapsulate,
  exportKey,
  generateKey,
  importKey,
  openKey,
  openPublicKey,
} from '../src/index.ts'

const vectors = [
  {
    seed: '7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26',
    randomness:
      '3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e235b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2',
    publicStart: 'e2236b35a8c24b39b10aa1323a96a919',
    sharedSecret: 'd2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384',
  },
  {
    seed: 'badfd6dfaac359a5efbb7bcc4b59d538df9a04302e10c8bc1cbf1a0b3a5120ea',
    randomness:
      '17cda7cfad765f5623474d368ccca8af0007cd9f5e4c849f167a580b14aabdefaee7eef47cb0fca9767be1fda69419dfb927e9df07348b196691abaeb580b32d',
    publicStart: '0333285fa253661508c9fb444852caa4',
    sharedSecret: 'f2e86241c64d60f6649fbc6c5b7d17180b780a3f34355e64a85749949c45f150',
  },
  {
    seed: 'ef58538b8d23f87732ea63b02b4fa0f4873360e2841928cd60dd4cee8cc0d4c9',
    randomness:
      '22a96188d032675c8ac850933c7aff1533b94c834adbb69c6115bad4692d8619f90b0cdf8a7b9c264029ac185b70b83f2801f2f4b3f70c593ea3aeeb613a7f1b',
    publicStart: '36244278824f77c621c660892c1c3886',
    sharedSecret: '953f7f4e8c5b5049bdc771d1dffada0dd961477d1a2ae0988baa7ea6898d893f',
  },
]

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

for (const [index, vector] of vectors.entries()) {
  test(`vector ${index + 1} of the draft`, async () => {
    const imported = await importKey('raw-private', Uint8Array.fromHex(vector.seed), 'x-wing')
    const publicKey = exportKey(imported, 'raw-public')
    assert.equal(hex(publicKey).slice(0, 32), vector.publicStart)
    const made = ml_kem768_x25519.encapsulate(publicKey, Uint8Array.fromHex(vector.randomness))
    assert.equal(hex(made.sharedSecret), vector.sharedSecret)
    const opened = openKey('x-wing', imported.secret as Uint8Array)
    assert.equal(hex(decapsulate(opened, made.cipherText)), vector.sharedSecret)
  })
}

test('what we encapsulate another implementation decapsulates', async () => {
  const key = await generateKey('x-wing')
  const { ciphertext, sharedSecret } = encapsulate(
    openPublicKey('x-wing', key.public as Uint8Array),
  )
  assert.equal(hex(ml_kem768_x25519.decapsulate(ciphertext, key.secret)), hex(sharedSecret))
})
