import { decrypt, encrypt, mac, type OpenKey, openKey, randomBytes } from '@claviger/crypto'
import {
  decodeWrappedRecord,
  encodeRecordBinding,
  encodeWrappedRecord,
  RECORD_NONCE_BYTES,
  type RecordBinding,
} from '@claviger/envelope'
import { offHeapBytes } from './off-heap.ts'

const HALF_NONCE_BYTES = 12
const SUBKEY_BYTES = 32

/**
 * XAES-256-GCM (c2sp.org/XAES-256-GCM): AES-256-GCM under a key that SP 800-108r1 derives from the
 * wrapping key and the first half of a random 192-bit nonce. One wrapping key is good for 2^80 records
 * (collision risk 2^-32), so that its uses need no counter that a crash or a restore could turn back.
 */
export function sealXaes(
  key: OpenKey,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  return withSubkey(
    key,
    nonce,
    (subkey, iv) => synchronous(encrypt(subkey, 'aes-gcm', { plaintext, iv, aad })).ciphertext,
  )
}

/** Throws CryptoError `authentication-failed` when key, nonce, ciphertext or associated data differ. */
export function openXaes(
  key: OpenKey,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  aad: Uint8Array,
): Uint8Array {
  return withSubkey(key, nonce, (subkey, iv) =>
    synchronous(decrypt(subkey, 'aes-gcm', { ciphertext, iv, aad })),
  )
}

function withSubkey<Result>(
  key: OpenKey,
  nonce: Uint8Array,
  use: (subkey: OpenKey, iv: Uint8Array) => Result,
): Result {
  const subkeyBytes = offHeapBytes(SUBKEY_BYTES)
  // 0x00 || counter(1) || "X" || 0x00 || nonce[:12]: one block of CMAC for each half of the subkey.
  const block = new Uint8Array(4 + HALF_NONCE_BYTES)
  block[2] = 0x58
  block.set(nonce.subarray(0, HALF_NONCE_BYTES), 4)
  for (const counter of [1, 2]) {
    block[1] = counter
    const half = mac(key, 'aes-cmac', block)
    subkeyBytes.set(half, (counter - 1) * half.length)
    half.fill(0)
  }
  const subkey = openKey('aes-256', subkeyBytes)
  try {
    return use(subkey, nonce.subarray(HALF_NONCE_BYTES))
  } finally {
    subkey.wipe()
  }
}

/** Wraps `plaintext` under version `wrappedBy` of a key one level up, bound to what it is. */
export function wrapRecord(
  key: OpenKey,
  wrappedBy: number,
  binding: RecordBinding,
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = randomBytes(RECORD_NONCE_BYTES)
  const aad = encodeRecordBinding(binding, wrappedBy)
  return encodeWrappedRecord({ wrappedBy, nonce, ciphertext: sealXaes(key, nonce, plaintext, aad) })
}

/** The version of the wrapping key that a record names. */
export function wrappedByOf(record: Uint8Array): number {
  return decodeWrappedRecord(record).wrappedBy
}

/** SAFETY: the plaintext is a secret in ordinary memory; the caller moves it or wipes it. */
export function unwrapRecord(key: OpenKey, binding: RecordBinding, record: Uint8Array): Uint8Array {
  const { wrappedBy, nonce, ciphertext } = decodeWrappedRecord(record)
  return openXaes(key, nonce, ciphertext, encodeRecordBinding(binding, wrappedBy))
}

/** AES-GCM on short input never leaves this thread. */
function synchronous<Value>(value: Value | Promise<Value>): Value {
  if (value instanceof Promise) throw new Error('aes-gcm of a record must be synchronous')
  return value
}
