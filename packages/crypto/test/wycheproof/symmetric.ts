import { inflateSync } from 'node:zlib'
import { concat } from '@claviger/bytes'
import {
  type ChunkedHash,
  createHasher,
  decrypt,
  decryptChunked,
  type EncryptMechanism,
  encrypt,
  isKeySpec,
  mac,
  openKey,
  type OpenKey,
  unwrapKey,
  wrapKey,
} from '../../src/index.ts'
import {
  decryptFf1,
  encryptFf1,
  openSiv,
  openXChaCha20,
  sealSiv,
  sealXChaCha20,
} from '../../src/primitives.ts'
import {
  assertOutput,
  bytes,
  isEqual,
  type Members,
  number,
  outcome,
  type Runner,
} from './harness.ts'

/** A spec for a key of the case's size, or one of the same family that refuses it for its length. */
function openAes(key: Uint8Array): OpenKey {
  const spec = `aes-${key.length * 8}`
  return openKey(isKeySpec(spec) ? spec : 'aes-256', key)
}

/** AES-GCM, AES-CCM, AES-GCM-SIV and ChaCha20-Poly1305 through encrypt and decrypt. */
export function aead(mechanism: EncryptMechanism): Runner {
  return async (test, group) => {
    const secret = bytes(test, 'key')
    const key = mechanism === 'chacha20-poly1305' ? openKey('chacha20', secret) : openAes(secret)
    const [iv, aad, plaintext] = [bytes(test, 'iv'), bytes(test, 'aad'), bytes(test, 'msg')]
    const tagBytes = number(group, 'tagSize') / 8
    const ciphertext = concat(bytes(test, 'ct'), bytes(test, 'tag'))
    const options = { iv, aad, tagBytes }
    assertOutput(
      test,
      () => encrypt(key, mechanism, { plaintext, ...options }).ciphertext,
      ciphertext,
    )
    return outcome(isEqual(await decrypt(key, mechanism, { ciphertext, ...options }), plaintext))
  }
}

export const cbc: Runner = async (test) => {
  const key = openAes(bytes(test, 'key'))
  const [iv, plaintext, ciphertext] = [bytes(test, 'iv'), bytes(test, 'msg'), bytes(test, 'ct')]
  assertOutput(test, () => encrypt(key, 'aes-cbc', { plaintext, iv }).ciphertext, ciphertext)
  return outcome(isEqual(await decrypt(key, 'aes-cbc', { ciphertext, iv }), plaintext))
}

/** The set's data unit numbers are shorter than the tweak, which holds them little-endian. */
export const xts: Runner = async (test) => {
  const secret = bytes(test, 'key')
  if (secret.length === 48) return { notRun: 'XTS with AES-192 is not in SP 800-38E' }
  const key = openKey(secret.length === 64 ? 'aes-256-xts' : 'aes-128-xts', secret)
  const iv = concat(bytes(test, 'iv'), new Uint8Array(16)).slice(0, 16)
  const [plaintext, ciphertext] = [bytes(test, 'msg'), bytes(test, 'ct')]
  assertOutput(test, () => encrypt(key, 'aes-xts', { plaintext, iv }).ciphertext, ciphertext)
  return outcome(isEqual(await decrypt(key, 'aes-xts', { ciphertext, iv }), plaintext))
}

export function keyWrap(mechanism: 'aes-kw' | 'aes-kwp'): Runner {
  return async (test) => {
    const key = openAes(bytes(test, 'key'))
    const [material, wrapped] = [bytes(test, 'msg'), bytes(test, 'ct')]
    assertOutput(test, () => wrapKey(key, mechanism, material), wrapped)
    return outcome(isEqual(await unwrapKey(key, mechanism, wrapped), material))
  }
}

/** RFC 5297 with one associated string; the ciphertext begins with the synthetic IV. */
export const siv: Runner = (test) => {
  const key = bytes(test, 'key')
  const [associated, plaintext, sealed] = [
    [bytes(test, 'aad')],
    bytes(test, 'msg'),
    bytes(test, 'ct'),
  ]
  assertOutput(test, () => sealSiv(key, associated, plaintext), sealed)
  return outcome(isEqual(openSiv(key, associated, sealed), plaintext))
}

/** The same as an AEAD: the nonce is the last associated string (RFC 5297 §3). */
export const aeadSiv: Runner = (test) => {
  const key = bytes(test, 'key')
  const associated = [bytes(test, 'aad'), bytes(test, 'iv')]
  const plaintext = bytes(test, 'msg')
  const sealed = concat(bytes(test, 'tag'), bytes(test, 'ct'))
  assertOutput(test, () => sealSiv(key, associated, plaintext), sealed)
  return outcome(isEqual(openSiv(key, associated, sealed), plaintext))
}

export const xChaCha20: Runner = (test) => {
  const [key, iv, aad] = [bytes(test, 'key'), bytes(test, 'iv'), bytes(test, 'aad')]
  const plaintext = bytes(test, 'msg')
  const sealed = concat(bytes(test, 'ct'), bytes(test, 'tag'))
  assertOutput(test, () => sealXChaCha20(key, iv, plaintext, aad), sealed)
  return outcome(isEqual(openXChaCha20(key, iv, sealed, aad), plaintext))
}

/** EAX (Bellare, Rogaway, Wagner 2004) put together here from the package's CMAC and CTR: it tries those two. */
export const eax: Runner = async (test, group) => {
  const key = openAes(bytes(test, 'key'))
  const omac = (domain: number, data: Uint8Array): Uint8Array =>
    mac(key, 'aes-cmac', concat(new Uint8Array(15), Uint8Array.of(domain), data))
  const nonce = omac(0, bytes(test, 'iv'))
  const [plaintext, ciphertext] = [bytes(test, 'msg'), bytes(test, 'ct')]
  const [header, body] = [omac(1, bytes(test, 'aad')), omac(2, ciphertext)]
  const tag = nonce.map((byte, index) => byte ^ (header[index] as number) ^ (body[index] as number))
  const cut = tag.slice(0, number(group, 'tagSize') / 8)
  if (!isEqual(cut, bytes(test, 'tag'))) return 'refused'
  return outcome(isEqual(await decrypt(key, 'aes-ctr', { ciphertext, iv: nonce }), plaintext))
}

/** The AES-CBC-HMAC of JOSE (RFC 7518 §5.2), put together here from the package's CBC and HMAC. */
export function cbcHmac(hash: 'sha256' | 'sha384' | 'sha512'): Runner {
  return async (test) => {
    const [iv, aad] = [bytes(test, 'iv'), bytes(test, 'aad')]
    const [ciphertext, tag] = [bytes(test, 'ct'), bytes(test, 'tag')]
    const plaintext = await openCbcHmac(hash, bytes(test, 'key'), { iv, aad, ciphertext, tag })
    return outcome(plaintext !== undefined && isEqual(plaintext, bytes(test, 'msg')))
  }
}

export async function openCbcHmac(
  hash: 'sha256' | 'sha384' | 'sha512',
  secret: Uint8Array,
  sealed: { iv: Uint8Array; aad: Uint8Array; ciphertext: Uint8Array; tag: Uint8Array },
): Promise<Uint8Array | undefined> {
  const half = { sha256: 16, sha384: 24, sha512: 32 }[hash]
  if (secret.length !== 2 * half) return undefined
  const macKey = openKey(`hmac-${hash}`, secret.slice(0, half))
  const bits = new DataView(new ArrayBuffer(8))
  bits.setBigUint64(0, BigInt(sealed.aad.length * 8))
  const input = concat(sealed.aad, sealed.iv, sealed.ciphertext, new Uint8Array(bits.buffer))
  const expected = mac(macKey, `hmac-${hash}`, input).slice(0, half)
  if (!isEqual(expected, sealed.tag)) return undefined
  const { iv, ciphertext } = sealed
  return decrypt(openAes(secret.slice(half)), 'aes-cbc', { iv, ciphertext })
}

export const ff1: Runner = (test, group) => {
  if (number(group, 'radix') > 65535) return { notRun: '@noble/ciphers takes a radix below 65536' }
  const options = { radix: number(group, 'radix'), tweak: bytes(test, 'tweak') }
  const [digits, expected] = [test['msg'] as number[], test['ct'] as number[]]
  const key = bytes(test, 'key')
  const encrypted = encryptFf1(key, digits, options)
  const decrypted = decryptFf1(key, encrypted, options)
  return outcome(String(encrypted) === String(expected) && String(decrypted) === String(digits))
}

/** The ciphertexts of this file are compressed, and of long messages only a hash is given. */
export const chunked: Runner = async (test, group) => {
  const ciphertext = inflateSync(bytes(test, 'ct'))
  const hash = String(group['sha']).replace('-', '').toLowerCase() as ChunkedHash
  const options = { hash, context: bytes(test, 'ctx') }
  return outcome(await matchesMessage(test, ciphertext, options))
}

async function matchesMessage(
  test: Members,
  ciphertext: Uint8Array,
  options: { hash: ChunkedHash; context: Uint8Array },
): Promise<boolean> {
  const hasher = createHasher('sha512')
  let length = 0
  for await (const piece of decryptChunked(bytes(test, 'key'), [ciphertext], options)) {
    hasher.update(piece)
    length += piece.length
  }
  return length === number(test, 'msgLength') && isEqual(hasher.digest(), bytes(test, 'msgSha512'))
}
