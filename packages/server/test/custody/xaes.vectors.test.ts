import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeHex, encodeHex } from '@claviger/bytes'
import { openKey, runSelfTests } from '@claviger/crypto'
import { openXaes, sealXaes } from '../../src/custody/software/wrapped-record.ts'

runSelfTests()

interface Vector {
  readonly key: string
  readonly nonce: string
  readonly plaintext: string
  readonly aad: string
  readonly ciphertext: string
}

test('records are encrypted by XAES-256-GCM as c2sp.org/XAES-256-GCM publishes it', () => {
  const url = new URL('../../../../docs/spec/vectors/wrapped-record.json', import.meta.url)
  const { xaes } = JSON.parse(readFileSync(url, 'utf8')) as { xaes: Vector[] }
  assert.equal(xaes.length, 2)
  for (const vector of xaes) {
    const key = openKey('aes-256', decodeHex(vector.key))
    const nonce = decodeHex(vector.nonce)
    const aad = decodeHex(vector.aad)
    const sealed = sealXaes(key, nonce, decodeHex(vector.plaintext), aad)
    assert.equal(encodeHex(sealed), vector.ciphertext)
    assert.equal(encodeHex(openXaes(key, nonce, sealed, aad)), vector.plaintext)
    sealed[0] = (sealed[0] as number) ^ 1
    assert.throws(() => openXaes(key, nonce, sealed, aad), { code: 'authentication-failed' })
  }
})
