import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  decodeJks,
  detectKeyFile,
  encodeJks,
  type KeyFileEntry,
  KeyFileError,
  type KeyFileErrorCode,
} from '../src/index.ts'
import { FEW, PRIVATE, SECRET } from './samples.ts'

const passphrase = 'right'
const common = { passphrase, iterations: FEW, createdAt: 0 }
const certificate: KeyFileEntry = {
  kind: 'certificate',
  alias: 'ca \0 鍵 🗝',
  certificate: Uint8Array.of(0x30, 0),
}

const refusal =
  (code: KeyFileErrorCode) =>
  (error: unknown): boolean =>
    error instanceof KeyFileError && error.code === code

describe('JKS and JCEKS', () => {
  test('are read as they were written, and told by their content', () => {
    const jks = encodeJks([PRIVATE, certificate], { ...common, format: 'jks' })
    const jceks = encodeJks([PRIVATE, SECRET, certificate], { ...common, format: 'jceks' })
    assert.deepEqual([detectKeyFile(jks), detectKeyFile(jceks)], ['jks', 'jceks'])
    assert.deepEqual(decodeJks(jks, { passphrase }).entries, [PRIVATE, certificate])
    assert.deepEqual(decodeJks(jceks, { passphrase }).entries, [PRIVATE, SECRET, certificate])
  })

  test('give certificates without a passphrase, and keys not', () => {
    const onlyCertificates = encodeJks([certificate], { ...common, format: 'jks' })
    const { entries, isAuthenticated } = decodeJks(onlyCertificates, {})
    assert.deepEqual([entries, isAuthenticated], [[certificate], false])
    for (const entry of [PRIVATE, SECRET]) {
      const store = encodeJks([entry], { ...common, format: 'jceks' })
      assert.throws(() => decodeJks(store, {}), refusal('passphrase-needed'))
      assert.throws(() => decodeJks(store, { passphrase: 'wrong' }), refusal('wrong-passphrase'))
    }
  })

  test('notice any change', () => {
    const store = encodeJks([PRIVATE, SECRET], { ...common, format: 'jceks' })
    for (let at = 0; at < store.length; at += 7) {
      const changed = Uint8Array.from(store)
      changed[at] = (changed[at] as number) ^ 1
      assert.throws(() => decodeJks(changed, { passphrase }), refusal('wrong-passphrase'))
    }
  })

  test('cost no more than was allowed', () => {
    const store = encodeJks([PRIVATE, SECRET], { ...common, format: 'jceks' })
    assert.throws(() => decodeJks(store, { passphrase, iterationsMax: FEW }), refusal('too-costly'))
  })

  test('JKS takes no secret key', () => {
    assert.throws(() => encodeJks([SECRET], { ...common, format: 'jks' }), refusal('unsupported'))
  })

  test('never take a wrong passphrase of a key for the right one', () => {
    const options = { ...common, format: 'jceks' } as const
    const store = encodeJks([PRIVATE, SECRET], options)
    for (let guess = 0; guess < 600; guess++) {
      const opened = decodeJks(store, { passphrase, keyPassphrase: `wrong ${guess}` })
      assert.deepEqual([opened.entries, opened.skipped.length], [[], 2])
    }
  })
})
