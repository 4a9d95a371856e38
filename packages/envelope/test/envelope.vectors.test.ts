import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeHex, encodeHex } from '@claviger/bytes'
import {
  type CiphertextEnvelope,
  decodeCiphertext,
  decodeCiphertextText,
  decodeFileHeader,
  decodeShare,
  decodeWrappedRecord,
  EnvelopeError,
  encodeCiphertext,
  encodeCiphertextText,
  encodeFileHeader,
  encodeRecordBinding,
  encodeShare,
  encodeWrappedRecord,
  type FileAead,
  type RecordBinding,
} from '@claviger/envelope'

interface EnvelopeVector {
  readonly kind: CiphertextEnvelope['kind']
  readonly mechanism: CiphertextEnvelope['mechanism']
  readonly key: string
  readonly version: number
  readonly iv: string
  readonly ciphertext: string
  readonly encoded: string
  readonly text: string
}

function read<Vectors>(name: string): Vectors {
  const url = new URL(`../../../docs/spec/vectors/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8')) as Vectors
}

function envelopeOf(vector: EnvelopeVector): CiphertextEnvelope {
  const { kind, mechanism, key, version } = vector
  return {
    kind,
    mechanism,
    key,
    version,
    iv: decodeHex(vector.iv),
    ciphertext: decodeHex(vector.ciphertext),
  }
}

test('ciphertext envelopes are as published', () => {
  const { valid, invalid, fileHeaders } = read<{
    valid: EnvelopeVector[]
    invalid: { encoded: string; code: string }[]
    fileHeaders: { aead: FileAead; dataKey: number; encoded: string }[]
  }>('ciphertext-envelope')
  for (const vector of valid) {
    assert.equal(encodeHex(encodeCiphertext(envelopeOf(vector))), vector.encoded)
    assert.equal(encodeCiphertextText(envelopeOf(vector)), vector.text)
    assert.deepEqual(decodeCiphertext(decodeHex(vector.encoded)), envelopeOf(vector))
    assert.deepEqual(decodeCiphertextText(vector.text), envelopeOf(vector))
  }
  for (const { encoded, code } of invalid) {
    assert.throws(() => decodeCiphertext(decodeHex(encoded)), hasCode(code))
  }
  for (const vector of fileHeaders) {
    const dataKey = envelopeOf(valid[vector.dataKey] as EnvelopeVector)
    const encoded = encodeFileHeader({ aead: vector.aead, dataKey })
    assert.equal(encodeHex(encoded), vector.encoded)
    const { header, length } = decodeFileHeader(new Uint8Array([...encoded, 1, 2, 3]))
    assert.deepEqual(header, { aead: vector.aead, dataKey })
    assert.equal(length, encoded.length)
  }
})

test('wrapped records are as published', () => {
  const { records, bindings } = read<{
    records: { wrappedBy: number; nonce: string; ciphertext: string; encoded: string }[]
    bindings: { binding: RecordBinding; wrappedBy: number; encoded: string }[]
  }>('wrapped-record')
  for (const { wrappedBy, nonce, ciphertext, encoded } of records) {
    const record = { wrappedBy, nonce: decodeHex(nonce), ciphertext: decodeHex(ciphertext) }
    assert.equal(encodeHex(encodeWrappedRecord(record)), encoded)
    assert.deepEqual(decodeWrappedRecord(decodeHex(encoded)), record)
  }
  for (const { binding, wrappedBy, encoded } of bindings) {
    assert.equal(encodeHex(encodeRecordBinding(binding, wrappedBy)), encoded)
  }
})

test('shares are as published', () => {
  const { valid, invalid } = read<{
    valid: {
      set: string
      index: number
      shares: number
      threshold: number
      generation: number
      payload: string
      text: string
      asTyped: string
    }[]
    invalid: { text: string; code: string }[]
  }>('share')
  for (const { text, asTyped, payload, ...fields } of valid) {
    const share = { ...fields, payload: decodeHex(payload) }
    assert.equal(encodeShare(share), text)
    assert.deepEqual(decodeShare(text), share)
    assert.deepEqual(decodeShare(asTyped), share)
  }
  for (const { text, code } of invalid) assert.throws(() => decodeShare(text), hasCode(code))
})

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof EnvelopeError && error.code === code
}
