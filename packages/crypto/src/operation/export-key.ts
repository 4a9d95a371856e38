import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { encodeBase64url } from '@claviger/bytes'
import { unsupported } from '../error.ts'
import { bufferOf } from '../key.ts'
import { offHeapCopy } from '../off-heap.ts'
import { specEntry } from '../spec.ts'
import type { ImportedKey } from './import-key.ts'

export type BinaryKeyFormat = 'raw' | 'raw-private' | 'raw-public' | 'pkcs8' | 'spki'
export type TextKeyFormat = 'jwk' | 'pem'

/**
 * Writes a key in a binary format. The secret formats give the secret in the clear: the caller has checked
 * that this is allowed, and zeroes what it gets.
 */
export function exportKey(key: ImportedKey, format: BinaryKeyFormat): Uint8Array {
  const { family } = specEntry(key.spec)
  switch (format) {
    case 'raw':
      if (family !== 'symmetric') throw wrongFormat()
      return offHeapCopy(secretBytes(key))
    case 'raw-private':
      if (family === 'x-wing') return offHeapCopy(secretBytes(key))
      return rawPrivate(privateKeyOf(key), family === 'ml-kem' || family === 'ml-dsa')
    case 'raw-public':
      if (family === 'x-wing') return offHeapCopy(publicBytes(key))
      return exported(() => publicKeyOf(key).export({ format: 'raw-public' }))
    case 'pkcs8':
      return privateKeyOf(key).export({ type: 'pkcs8', format: 'der' })
    case 'spki':
      return publicKeyOf(key).export({ type: 'spki', format: 'der' })
  }
}

/**
 * Writes the public half of a key as text: a JWK's JSON or PEM. With `secret` it writes the private or
 * symmetric key, in a string, which cannot be zeroed: a peer that can take PKCS#8 should be given that.
 */
export function exportKeyText(
  key: ImportedKey,
  format: TextKeyFormat,
  options: { readonly secret?: boolean } = {},
): string {
  const { family } = specEntry(key.spec)
  const wantsSecret = options.secret === true
  if (family === 'symmetric') {
    if (format !== 'jwk' || !wantsSecret) throw wrongFormat()
    return JSON.stringify({ kty: 'oct', k: encodeBase64url(secretBytes(key)) })
  }
  if (family === 'x-wing') throw wrongFormat()
  const object = wantsSecret ? privateKeyOf(key) : publicKeyOf(key)
  if (format === 'jwk') return exported(() => JSON.stringify(object.export({ format: 'jwk' })))
  return object.export({
    type: wantsSecret ? 'pkcs8' : 'spki',
    format: 'pem',
  } as never) as unknown as string
}

function rawPrivate(key: KeyObject, isSeed: boolean): Uint8Array {
  return exported(() => key.export({ format: isSeed ? 'raw-seed' : 'raw-private' }))
}

function exported<Result>(write: () => Result): Result {
  try {
    return write()
  } catch {
    throw wrongFormat()
  }
}

function privateKeyOf(key: ImportedKey): KeyObject {
  if (key.public === undefined || specEntry(key.spec).family === 'x-wing') throw wrongFormat()
  return createPrivateKey({ key: bufferOf(secretBytes(key)), format: 'der', type: 'pkcs8' })
}

function publicKeyOf(key: ImportedKey): KeyObject {
  if (specEntry(key.spec).family === 'x-wing') throw wrongFormat()
  return createPublicKey({ key: bufferOf(publicBytes(key)), format: 'der', type: 'spki' })
}

function secretBytes(key: ImportedKey): Uint8Array {
  if (key.secret === undefined) throw unsupported('key has no secret half to export')
  return key.secret
}

function publicBytes(key: ImportedKey): Uint8Array {
  if (key.public === undefined) throw unsupported('key has no public half to export')
  return key.public
}

function wrongFormat(): Error {
  return unsupported('key has no such export format')
}
