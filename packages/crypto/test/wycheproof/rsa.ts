import assert from 'node:assert/strict'
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { encodeBase64url } from '@claviger/bytes'
import {
  CryptoError,
  decrypt,
  type EncryptMechanism,
  hash,
  type HashName,
  importKey,
  isMechanism,
  openKey,
  type OpenKey,
  openPublicKey,
  sign,
  type SignMechanism,
  verify,
} from '../../src/index.ts'
import { signDigest } from '../../src/primitive/prehashed-signature.ts'
import { signMessage } from '../../src/primitive/signature.ts'
import { decryptOaepSync } from '../../src/primitive/rsa-encryption.ts'
import { verifyPss } from '../../src/primitives.ts'
import { bytes, hashNamed, isEqual, type Members, number, outcome, type Runner } from './harness.ts'

const opened = new WeakMap<Members, Promise<OpenKey>>()

/** A group's key is imported once: import tries the pair and the primes. */
function once(group: Members, open: () => Promise<OpenKey>): Promise<OpenKey> {
  const known = opened.get(group) ?? open()
  opened.set(group, known)
  return known
}

function privateKeyOf(group: Members): Promise<OpenKey> {
  return once(group, async () => {
    const imported = await importKey('pkcs8', bytes(group, 'privateKeyPkcs8'))
    return openKey(imported.spec, imported.secret as Uint8Array)
  })
}

function publicKeyOf(group: Members): Promise<OpenKey> {
  return once(group, async () => {
    const imported = await importKey('jwk', publicJwk(group['publicKey'] as Members))
    return openPublicKey(imported.spec, imported.public as Uint8Array)
  })
}

/** The set's SPKIs may carry RSASSA-PSS parameters; the numbers are the same. */
function publicJwk(key: Members): string {
  const unsigned = (name: string): string => {
    const value = bytes(key, name)
    return encodeBase64url(value.subarray(value.findIndex((byte) => byte !== 0)))
  }
  return JSON.stringify({ kty: 'RSA', n: unsigned('modulus'), e: unsigned('publicExponent') })
}

export const oaep: Runner = async (test, group) => {
  const name = hashNamed(group, 'sha')
  if (name === undefined) return { notRun: 'OAEP with this hash is not offered' }
  if (name !== hashNamed(group, 'mgfSha'))
    return { notRun: 'OAEP with another mask hash is not offered' }
  const [ciphertext, label, message] = [bytes(test, 'ct'), bytes(test, 'label'), bytes(test, 'msg')]
  const mechanism = `rsa-oaep-${name}`
  let key: OpenKey
  try {
    key = await privateKeyOf(group)
  } catch (error) {
    // Sizes that no specification names are tried on the function beneath.
    if (!(error instanceof CryptoError) || error.code !== 'unsupported') throw error
    return outcome(isEqual(lowLevelOaep(group, name as HashName, ciphertext, label), message))
  }
  if (!isMechanism(mechanism)) {
    return outcome(isEqual(lowLevelOaep(group, name as HashName, ciphertext, label), message))
  }
  const options = label.length === 0 ? {} : { aad: label }
  return outcome(
    isEqual(await decrypt(key, mechanism as EncryptMechanism, { ciphertext, ...options }), message),
  )
}

function privateObjectOf(group: Members): KeyObject {
  const der = Buffer.from(bytes(group, 'privateKeyPkcs8'))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
}

function lowLevelOaep(
  group: Members,
  name: HashName,
  ciphertext: Uint8Array,
  label: Uint8Array,
): Uint8Array {
  return decryptOaepSync(
    privateObjectOf(group),
    name,
    ciphertext,
    label.length === 0 ? undefined : label,
  )
}

/** A wrong padding gives other bytes instead of an error: what counts is that it does not give the message. */
export const pkcs1Decrypt: Runner = async (test, group) => {
  const key = await privateKeyOf(group)
  const plaintext = await decrypt(key, 'rsa-pkcs1', { ciphertext: bytes(test, 'ct') })
  return outcome(isEqual(plaintext, bytes(test, 'msg')))
}

/** PKCS#1 v1.5 signatures have one value, so a message, a digest and the vector must give the same. */
export const pkcs1Generate: Runner = async (test, group) => {
  const name = hashNamed(group, 'sha') as HashName
  const mechanism = `rsa-pkcs1-${name}`
  const [message, expected] = [bytes(test, 'msg'), bytes(test, 'sig')]
  if (!isMechanism(mechanism)) {
    const scheme = { kind: 'rsa-pkcs1', hash: name } as const
    const object = privateObjectOf(group)
    assert.ok(isEqual(signDigest(scheme, object, hash(name, message), {}), expected))
    return outcome(isEqual(signMessage(scheme, object, message, {}), expected))
  }
  const key = await privateKeyOf(group)
  const signature = await sign(key, mechanism as SignMechanism, { message })
  const digest = hash(name, message)
  const ofDigest = await sign(key, mechanism as SignMechanism, { digest })
  assert.ok(isEqual(signature, ofDigest))
  return outcome(isEqual(signature, expected))
}

export const pkcs1Verify: Runner = async (test, group) => {
  const name = hashNamed(group, 'sha') as HashName
  const mechanism = `rsa-pkcs1-${name}` as SignMechanism
  const key = await publicKeyOf(group)
  const [message, signature] = [bytes(test, 'msg'), bytes(test, 'sig')]
  const valid = await verify(key, mechanism, { message }, signature)
  assert.equal(await verify(key, mechanism, { digest: hash(name, message) }, signature), valid)
  return outcome(valid)
}

export const pss: Runner = async (test, group) => {
  const [name, maskHash] = [hashNamed(group, 'sha'), hashNamed(group, 'mgfSha')]
  if (name === undefined || maskHash === undefined)
    return { notRun: 'PSS with this hash is not offered' }
  const key = await publicKeyOf(group)
  const [message, signature] = [bytes(test, 'msg'), bytes(test, 'sig')]
  const saltBytes = number(group, 'sLen')
  const parameters = { hash: name as HashName, maskHash: maskHash as HashName, saltBytes }
  const valid = verifyPss(key, parameters, message, signature)
  const mechanism = `rsa-pss-${name}`
  const digest = hash(name as HashName, message)
  if (isMechanism(mechanism) && name === maskHash && saltBytes === digest.length) {
    assert.equal(await verify(key, mechanism as SignMechanism, { message }, signature), valid)
    assert.equal(await verify(key, mechanism as SignMechanism, { digest }, signature), valid)
  }
  return outcome(valid)
}
