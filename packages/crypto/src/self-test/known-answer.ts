// The known-answer tests. The answers in known-answers.json are published ones where there are any: Wycheproof
// (AES, ChaCha20, HMAC, HKDF, ECDH, XDH, ML-KEM, ML-DSA), SP 800-38A appendix F (CTR, ECB), NIST CAVP (KBKDF),
// RFC 8032 section 7 (EdDSA), draft-connolly-cfrg-xwing-kem (X-Wing). The rest were made by other programs: the
// openssl 3.0 command (RSA, ECDSA), Python's hashlib (one-step), @noble/post-quantum (SLH-DSA). The private keys
// there are test keys.
//
// Randomised signatures cannot be compared: a known signature is verified, and a fresh one is made and verified
// (FIPS 140-3 IG 10.3.A). Every test is synchronous, so that a mechanism is tested before its first result exists.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { constantTimeEqual, decodeHex } from '@claviger/bytes'
import type { HashName } from '../hash.ts'
import { hash, shake256 } from '../hash.ts'
import type {
  EncryptMechanism,
  MacMechanism,
  Mechanism,
  MechanismUse,
  SignMechanism,
} from '../mechanism.ts'
import { mechanismEntry } from '../mechanism.ts'
import { type AeadMode, openAead, sealAead } from '../primitive/aead.ts'
import { type BlockMode, decryptBlocks, encryptBlocks } from '../primitive/block-cipher.ts'
import {
  cmacPrf,
  hkdf,
  hmacPrf,
  kbkdfCounter,
  oneStepHash,
  oneStepHmac,
} from '../primitive/derive.ts'
import { agreeSecret } from '../primitive/key-agreement.ts'
import { unwrapKw, unwrapKwp, wrapKw, wrapKwp } from '../primitive/key-wrap.ts'
import { cmac, hmac } from '../primitive/mac.ts'
import { decapsulateMlKem, encapsulateMlKem } from '../primitive/ml-kem.ts'
import { signDigest, verifyDigest } from '../primitive/prehashed-signature.ts'
import {
  decryptOaepSync,
  decryptPkcs1,
  encryptOaep,
  encryptPkcs1,
} from '../primitive/rsa-encryption.ts'
import { signatureSchemes, signMessage, verifyMessage } from '../primitive/signature.ts'
import { decapsulateXWing, encapsulateXWing, expandXWingSeed } from '../primitive/x-wing.ts'
import { corruptedTests } from './fault.ts'
import { type DigestMechanism, digestMechanismOf, type SelfTestName } from './self-test-name.ts'
import answers from './known-answers.json' with { type: 'json' }

type Answer = (member: string) => Uint8Array
type Pair = { readonly privateKey: KeyObject; readonly publicKey: KeyObject }

/** Whether the mechanism, or its signing of digests, gives its known answers. */
export function knownAnswerTest(name: SelfTestName): boolean {
  const ofDigests = digestMechanismOf(name)
  const mechanism = ofDigests ?? (name as Mechanism)
  const vector = (answers as unknown as Record<string, Record<string, string>>)[mechanism] ?? {}
  const answer: Answer = (member) => decodeHex(vector[member] ?? '')
  const is: Check = (actual, expected) => {
    if (corruptedTests.has(name)) return false
    return expected.length > 0 && constantTimeEqual(actual, expected)
  }
  if (ofDigests !== undefined) return testDigests(ofDigests, answer, is)
  const use: MechanismUse | undefined = mechanismEntry(mechanism).uses[0]
  switch (use) {
    case 'encrypt':
      return testEncrypt(mechanism as EncryptMechanism, answer, is)
    case 'mac':
      return testMac(mechanism as MacMechanism, answer, is)
    case 'sign':
      return testSign(mechanism as SignMechanism, answer, is)
    case 'wrap':
      return testWrap(mechanism, answer, is)
    case 'agree':
      return testAgree(mechanism, answer, is)
    case 'encapsulate':
      return testEncapsulate(mechanism, answer, is)
    case 'derive':
      return testDerive(mechanism, answer, is)
    case undefined:
      return false
  }
}

type Check = (actual: Uint8Array, expected: Uint8Array) => boolean

function testEncrypt(mechanism: EncryptMechanism, answer: Answer, is: Check): boolean {
  const [plaintext, ciphertext] = [answer('plaintext'), answer('ciphertext')]
  if (mechanism.startsWith('rsa-')) return testRsaEncrypt(mechanism, plaintext, ciphertext, is)
  const [key, iv] = [answer('key'), answer('iv')]
  if (mechanism.startsWith('chacha20') || /gcm|ccm/.test(mechanism)) {
    const mode = mechanism.replace(/^aes-/, '') as AeadMode
    const options = { aad: answer('aad') }
    const sealed = sealAead(mode, key, iv, plaintext, options)
    return is(sealed, ciphertext) && is(openAead(mode, key, iv, ciphertext, options), plaintext)
  }
  const mode = mechanism.replace(/^aes-/, '') as BlockMode
  const padding = mode === 'cbc' ? 'pkcs7' : 'none'
  const encrypted = encryptBlocks(mode, key, iv, plaintext, padding)
  return (
    is(encrypted, ciphertext) && is(decryptBlocks(mode, key, iv, ciphertext, padding), plaintext)
  )
}

function testRsaEncrypt(
  mechanism: Mechanism,
  plaintext: Uint8Array,
  ciphertext: Uint8Array,
  is: Check,
): boolean {
  const { privateKey, publicKey } = rsaPair()
  if (mechanism === 'rsa-pkcs1') {
    const fresh = encryptPkcs1(publicKey, plaintext)
    return (
      is(decryptPkcs1(privateKey, ciphertext), plaintext) &&
      is(decryptPkcs1(privateKey, fresh), plaintext)
    )
  }
  const name = hashOf(mechanism)
  const fresh = encryptOaep(publicKey, name, plaintext)
  return (
    is(decryptOaepSync(privateKey, name, ciphertext), plaintext) &&
    is(decryptOaepSync(privateKey, name, fresh), plaintext)
  )
}

function testMac(mechanism: MacMechanism, answer: Answer, is: Check): boolean {
  const [key, message] = [answer('key'), answer('message')]
  const tag =
    mechanism === 'aes-cmac'
      ? cmac(key, message)
      : hmac(mechanism.slice('hmac-'.length) as HashName, key, message)
  return is(tag, answer('tag'))
}

function testSign(mechanism: SignMechanism, answer: Answer, is: Check): boolean {
  const scheme = signatureSchemes[mechanism]
  const [message, signature] = [answer('message'), answer('signature')]
  const verified = (valid: boolean): boolean => isTrue(is, valid)
  switch (scheme.kind) {
    case 'rsa-pkcs1':
    case 'rsa-pss':
    case 'ecdsa': {
      const { privateKey, publicKey } = scheme.kind === 'ecdsa' ? p256Pair() : rsaPair()
      const fresh = signMessage(scheme, privateKey, message, {})
      if (scheme.kind === 'rsa-pkcs1' && !is(fresh, signature)) return false
      return (
        verified(verifyMessage(scheme, publicKey, message, signature, {})) &&
        verified(verifyMessage(scheme, publicKey, message, fresh, {}))
      )
    }
    case 'ed25519':
    case 'ed448': {
      const { privateKey, publicKey } = rawPair(scheme.kind, 'raw-private', answer('secret'))
      const fresh = signMessage(scheme, privateKey, message, {})
      return is(fresh, signature) && verified(verifyMessage(scheme, publicKey, message, fresh, {}))
    }
    case 'ed25519ph':
    case 'ed448ph': {
      const type = scheme.kind === 'ed25519ph' ? 'ed25519' : 'ed448'
      const { privateKey, publicKey } = rawPair(type, 'raw-private', answer('secret'))
      const digest = type === 'ed25519' ? hash('sha512', message) : shake256(message, 64)
      const fresh = signDigest(scheme, privateKey, digest, {})
      return is(fresh, signature) && verified(verifyDigest(scheme, publicKey, digest, fresh, {}))
    }
    case 'ml-dsa': {
      const { privateKey, publicKey } = rawPair('ml-dsa-44', 'raw-seed', answer('seed'))
      const fresh = signMessage(scheme, privateKey, message, {})
      return (
        verified(verifyMessage(scheme, publicKey, message, signature, {})) &&
        verified(verifyMessage(scheme, publicKey, message, fresh, {}))
      )
    }
    case 'slh-dsa': {
      // The known signature is of the small parameter set; the fresh one of the fast set, 20 ms against 400.
      const { publicKey } = rawPair('slh-dsa-sha2-128s', 'raw-private', answer('secret'))
      const fast = rawPair('slh-dsa-sha2-128f', 'raw-private', answer('fastSecret'))
      const fresh = signMessage(scheme, fast.privateKey, message, {})
      return (
        verified(verifyMessage(scheme, publicKey, message, signature, {})) &&
        verified(verifyMessage(scheme, fast.publicKey, message, fresh, {}))
      )
    }
  }
}

/** Both ways against messages, which is against OpenSSL: of the known signature and of a fresh one. */
function testDigests(mechanism: DigestMechanism, answer: Answer, is: Check): boolean {
  const scheme = signatureSchemes[mechanism]
  const [message, signature] = [answer('message'), answer('signature')]
  const { privateKey, publicKey } =
    scheme.kind === 'ml-dsa'
      ? rawPair('ml-dsa-44', 'raw-seed', answer('seed'))
      : scheme.kind === 'ecdsa'
        ? p256Pair()
        : rsaPair()
  const digest = 'hash' in scheme ? hash(scheme.hash, message) : answer('mu')
  const fresh = signDigest(scheme, privateKey, digest, {})
  if (scheme.kind === 'rsa-pkcs1' && !is(fresh, signature)) return false
  return (
    isTrue(is, verifyMessage(scheme, publicKey, message, fresh, {})) &&
    isTrue(is, verifyDigest(scheme, publicKey, digest, signature, {}))
  )
}

/** Through the check, where a test plants its fault. */
function isTrue(is: Check, verified: boolean): boolean {
  return is(Uint8Array.of(Number(verified)), Uint8Array.of(1))
}

function testWrap(mechanism: Mechanism, answer: Answer, is: Check): boolean {
  if (mechanism === 'aes-kw' || mechanism === 'aes-kwp') {
    const [key, plaintext, ciphertext] = [answer('key'), answer('plaintext'), answer('ciphertext')]
    const [wrap, unwrap] = mechanism === 'aes-kw' ? [wrapKw, unwrapKw] : [wrapKwp, unwrapKwp]
    return is(wrap(key, plaintext), ciphertext) && is(unwrap(key, ciphertext), plaintext)
  }
  // RSA-AES-KWP is RSA-OAEP and KWP end to end: it is sound when both are.
  const oaep = mechanism === 'rsa-aes-kwp-sha1' ? 'rsa-oaep-sha1' : 'rsa-oaep-sha256'
  return (
    is(Uint8Array.of(1), Uint8Array.of(1)) && knownAnswerTest(oaep) && knownAnswerTest('aes-kwp')
  )
}

function testAgree(mechanism: Mechanism, answer: Answer, is: Check): boolean {
  const [secret, peer] = [answer('secret'), answer('peer')]
  if (mechanism === 'ecdh') {
    const named = { asymmetricKeyType: 'ec', namedCurve: 'prime256v1' } as const
    const scalar = secret.length > 32 ? secret.subarray(secret.length - 32) : secret
    const privateKey = createPrivateKey({
      key: Buffer.from(scalar),
      format: 'raw-private',
      ...named,
    })
    const publicKey = createPublicKey({ key: Buffer.from(peer), format: 'raw-public', ...named })
    return is(agreeSecret(privateKey, publicKey), answer('shared'))
  }
  const asymmetricKeyType = mechanism as 'x25519' | 'x448'
  const { privateKey } = rawPair(asymmetricKeyType, 'raw-private', secret)
  const publicKey = createPublicKey({
    key: Buffer.from(peer),
    format: 'raw-public',
    asymmetricKeyType,
  })
  return is(agreeSecret(privateKey, publicKey), answer('shared'))
}

function testEncapsulate(mechanism: Mechanism, answer: Answer, is: Check): boolean {
  const [seed, ciphertext, shared] = [answer('seed'), answer('ciphertext'), answer('shared')]
  if (mechanism === 'x-wing') {
    const secret = expandXWingSeed(seed)
    const fresh = encapsulateXWing(secret.public)
    return (
      is(decapsulateXWing(secret, ciphertext), shared) &&
      is(decapsulateXWing(secret, fresh.ciphertext), fresh.sharedSecret)
    )
  }
  const { privateKey, publicKey } = rawPair('ml-kem-768', 'raw-seed', seed)
  const fresh = encapsulateMlKem(publicKey)
  return (
    is(decapsulateMlKem(privateKey, ciphertext), shared) &&
    is(decapsulateMlKem(privateKey, fresh.ciphertext), fresh.sharedSecret)
  )
}

function testDerive(mechanism: Mechanism, answer: Answer, is: Check): boolean {
  const [secret, derived, info] = [answer('secret'), answer('derived'), answer('info')]
  const { length } = derived
  if (mechanism.startsWith('kbkdf-')) {
    const prf = mechanism === 'kbkdf-cmac' ? cmacPrf : hmacPrf(hashOf(mechanism))
    return is(kbkdfCounter(prf, secret, answer('fixed'), length), derived)
  }
  if (mechanism.startsWith('hkdf-')) {
    return is(hkdf(hashOf(mechanism), secret, answer('salt'), info, length), derived)
  }
  if (mechanism === 'onestep-hmac-sha256') {
    return is(oneStepHmac('sha256', secret, undefined, info, length), derived)
  }
  return is(oneStepHash(hashOf(mechanism), secret, info, length), derived)
}

function rsaPair(): Pair {
  return pairOf(createPrivateKey({ key: keyBytes('rsa'), format: 'der', type: 'pkcs8' }))
}

function p256Pair(): Pair {
  return pairOf(createPrivateKey({ key: keyBytes('p256'), format: 'der', type: 'pkcs8' }))
}

function keyBytes(name: 'rsa' | 'p256'): Buffer {
  return Buffer.from(answers.keys[name], 'hex')
}

function rawPair(asymmetricKeyType: string, format: string, raw: Uint8Array): Pair {
  return pairOf(createPrivateKey({ key: Buffer.from(raw), format, asymmetricKeyType } as never))
}

function pairOf(privateKey: KeyObject): Pair {
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

function hashOf(mechanism: Mechanism): HashName {
  const name = /sha(?:3-)?\d+$/.exec(mechanism)
  return (name?.[0] ?? '') as HashName
}
