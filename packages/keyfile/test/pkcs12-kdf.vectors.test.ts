// The vectors of OpenSSL's own test suite (test/recipes/30-test_evp_data/evpkdf_pkcs12.txt), passphrases in UTF-16.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HashName } from '@claviger/crypto'
import { Passphrase } from '../src/passphrase.ts'
import { pkcs12Kdf } from '../src/pkcs12-kdf.ts'

type Vector = readonly [
  passphrase: string,
  salt: string,
  purpose: number,
  iterations: number,
  hash: HashName,
  output: string,
]

const VECTORS: readonly Vector[] = [
  ['smeg', '0a58cf64530d823f', 1, 1, 'sha1', '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3'],
  ['smeg', '0a58cf64530d823f', 2, 1, 'sha1', '79993dfe048d3b76'],
  ['smeg', '642b99ab44fb4b1f', 1, 1, 'sha1', 'f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966'],
  ['smeg', '3d83c0e4546ac140', 3, 1, 'sha1', '8d967d88f6caa9d714800ab3d48051d63f73a312'],
  [
    'queeg',
    '05dec959acff72f7',
    1,
    1000,
    'sha1',
    'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4',
  ],
  ['queeg', '05dec959acff72f7', 2, 1000, 'sha1', '11dedad7758d4860'],
  [
    'queeg',
    '1682c0fc5b3f7ec5',
    1,
    1000,
    'sha1',
    '483dd6e919d7de2e8e648ba8f862f3fbfbdc2bcb2c02957f',
  ],
  ['queeg', '1682c0fc5b3f7ec5', 2, 1000, 'sha1', '9d461d1b00355c50'],
  ['queeg', '263216fcc2fab31c', 3, 1000, 'sha1', '5ec4c7a80df652294c3925b6489a7ab857c83476'],
]

for (const [passphrase, salt, purpose, iterations, hash, output] of VECTORS) {
  test(`${passphrase} ${salt} for ${purpose}`, () => {
    const derived = pkcs12Kdf(Passphrase.of(passphrase).bmp, Uint8Array.fromHex(salt), {
      hash,
      purpose,
      iterations,
      lengthBytes: output.length / 2,
    })
    assert.equal(Buffer.from(derived).toString('hex'), output)
  })
}
