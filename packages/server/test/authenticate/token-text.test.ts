import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isKeeperError } from '@claviger/core'
import { hashHex } from '@claviger/crypto'
import fc from 'fast-check'
import { createCredentialSource } from '../../src/authenticate/index.ts'
import { assertTokenText, createToken, TOKEN_LENGTH } from '../../src/authenticate/token-text.ts'

const isUnauthenticated = (error: unknown): boolean =>
  isKeeperError(error) && error.code === 'unauthenticated'

describe('a token', () => {
  test('is found by scanners, told from typos, and stored as its hash alone', () => {
    const { secret, hash } = createCredentialSource().token()
    assert.match(secret, /^clv_[A-Za-z0-9_-]{49}$/)
    assert.equal(secret.length, TOKEN_LENGTH)
    assert.equal(hash, hashHex('sha256', secret))
    assertTokenText(secret)
  })

  test('is another each time', () => {
    const secrets = new Set(Array.from({ length: 1_000 }, () => createToken().secret))
    assert.equal(secrets.size, 1_000)
  })

  test('has this check', () => {
    // The check of 32 zero bytes, computed apart: printf %s clv_AAA… | openssl sha256 -binary | base64.
    const body = `clv_${'A'.repeat(43)}`
    assertTokenText(`${body}RMuI2q`)
    assert.throws(() => assertTokenText(`${body}AAAAAA`), isUnauthenticated)
  })

  test('is refused when a character is other, missing, moved or too many', () => {
    const { secret } = createToken()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'.split('')
    fc.assert(
      fc.property(fc.nat(TOKEN_LENGTH - 1), fc.constantFrom(...alphabet), (at, other) => {
        const head = secret.slice(0, at)
        const tail = secret.slice(at + 1)
        if (secret[at] !== other) {
          assert.throws(() => assertTokenText(head + other + tail), isUnauthenticated)
        }
        assert.throws(() => assertTokenText(head + tail), isUnauthenticated)
        assert.throws(() => assertTokenText(head + other + secret.slice(at)), isUnauthenticated)
      }),
    )
  })

  test('is nothing that is not one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        assert.throws(() => assertTokenText(text), isUnauthenticated)
      }),
    )
  })
})
