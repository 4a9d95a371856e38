import {
  type DeriveMechanism,
  decrypt,
  deriveBytes,
  type HashName,
  isMechanism,
  type MacMechanism,
  mac,
  openKey,
  pbkdf2BytesSync,
} from '../../src/index.ts'
import { cmac, gmac, hkdf, hmac, kmac } from '../../src/primitives.ts'
import { bytes, isEqual, number, outcome, type Runner } from './harness.ts'

const HMAC_KEY_BYTES_MIN = 14

/** HMAC through `mac` where the system has the mechanism, else the low-level function. */
export function hmacRunner(hash: HashName): Runner {
  const mechanism = `hmac-${hash}`
  return (test, group) => {
    const [secret, message] = [bytes(test, 'key'), bytes(test, 'msg')]
    const stored = isMechanism(mechanism) && secret.length >= HMAC_KEY_BYTES_MIN
    const tag = stored
      ? mac(openKey(mechanism as 'hmac-sha256', secret), mechanism as MacMechanism, message)
      : hmac(hash, secret, message)
    return outcome(isEqual(tag.subarray(0, number(group, 'tagSize') / 8), bytes(test, 'tag')))
  }
}

export const cmacRunner: Runner = (test, group) => {
  const [secret, message] = [bytes(test, 'key'), bytes(test, 'msg')]
  const bits = secret.length * 8
  const spec = bits === 128 || bits === 192 ? (`aes-${bits}` as const) : 'aes-256'
  const tag = mac(openKey(spec, secret), 'aes-cmac', message)
  if (!isEqual(tag, cmac(secret, message))) return 'refused'
  return outcome(isEqual(tag.subarray(0, number(group, 'tagSize') / 8), bytes(test, 'tag')))
}

export const gmacRunner: Runner = (test, group) => {
  const tag = gmac(bytes(test, 'key'), bytes(test, 'iv'), bytes(test, 'msg'))
  return outcome(isEqual(tag.subarray(0, number(group, 'tagSize') / 8), bytes(test, 'tag')))
}

export function kmacRunner(strengthBits: 128 | 256): Runner {
  return (test, group) => {
    const lengthBytes = number(group, 'tagSize') / 8
    const tag = kmac(strengthBits, bytes(test, 'key'), bytes(test, 'msg'), lengthBytes)
    return outcome(isEqual(tag, bytes(test, 'tag')))
  }
}

/** HKDF through `deriveBytes`; with SHA-1, which no mechanism uses, through the low-level function. */
export function hkdfRunner(hash: HashName): Runner {
  const mechanism = `hkdf-${hash}`
  return (test) => {
    const [secret, salt, info] = [bytes(test, 'ikm'), bytes(test, 'salt'), bytes(test, 'info')]
    const lengthBytes = number(test, 'size')
    const derived = isMechanism(mechanism)
      ? deriveBytes(secret, mechanism as DeriveMechanism, { salt, info, lengthBytes })
      : hkdf(hash, secret, salt, info, lengthBytes)
    return outcome(isEqual(derived, bytes(test, 'okm')))
  }
}

export function pbkdf2Runner(hash: HashName): Runner {
  return (test) => {
    const options = {
      hash,
      iterations: number(test, 'iterationCount'),
      lengthBytes: number(test, 'dkLen'),
    }
    const derived = pbkdf2BytesSync(bytes(test, 'password'), bytes(test, 'salt'), options)
    return outcome(isEqual(derived, bytes(test, 'dk')))
  }
}

/** PBES2 (RFC 8018 §6.2), put together here from the package's PBKDF2 and AES-CBC. */
export function pbes2Runner(hash: HashName, bits: 128 | 192 | 256): Runner {
  return async (test) => {
    const options = { hash, iterations: number(test, 'iterationCount'), lengthBytes: bits / 8 }
    const secret = pbkdf2BytesSync(bytes(test, 'password'), bytes(test, 'salt'), options)
    const sealed = { iv: bytes(test, 'iv'), ciphertext: bytes(test, 'ct') }
    return outcome(
      isEqual(await decrypt(openKey(`aes-${bits}`, secret), 'aes-cbc', sealed), bytes(test, 'msg')),
    )
  }
}
