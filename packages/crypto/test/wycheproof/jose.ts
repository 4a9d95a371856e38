// A small reader of compact JWS (RFC 7515) and JWE (RFC 7516), enough for the published vectors: the keys and the
// cryptography are the package's.
import { concat, decodeBase64url, decodeUtf8, encodeUtf8 } from '@claviger/bytes'
import {
  agree,
  CryptoError,
  decrypt,
  deriveBytes,
  importKey,
  isKeySpec,
  mac,
  openKey,
  openPublicKey,
  type SignMechanism,
  unwrapKey,
  verify,
} from '../../src/index.ts'
import { bytes, isEqual, type Members, outcome, type Runner } from './harness.ts'
import { openCbcHmac } from './symmetric.ts'

type Header = Readonly<Record<string, unknown>>

const signatures: Readonly<Record<string, SignMechanism>> = {
  RS256: 'rsa-pkcs1-sha256',
  RS384: 'rsa-pkcs1-sha384',
  RS512: 'rsa-pkcs1-sha512',
  PS256: 'rsa-pss-sha256',
  PS384: 'rsa-pss-sha384',
  PS512: 'rsa-pss-sha512',
  ES256: 'ecdsa-sha256',
  ES384: 'ecdsa-sha384',
  ES512: 'ecdsa-sha512',
}
const ecCurves: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
}

function refuse(): never {
  throw new CryptoError('invalid-input', 'token is not acceptable')
}

function parts(token: unknown, count: number): string[] {
  if (typeof token !== 'string') refuse()
  const found = token.split('.')
  return found.length === count ? found : refuse()
}

function headerOf(part: string): Header {
  try {
    const header = JSON.parse(decodeUtf8(decodeBase64url(part))) as Header
    return header['crit'] === undefined && header['zip'] === undefined ? header : refuse()
  } catch {
    return refuse()
  }
}

/** The one key the token may be meant for: by id where there are several, never a set of mixed kinds. */
function pickKey(group: Members, header: Header, use: 'sig' | 'enc'): Members {
  const source = (group['public'] ?? group['private']) as Members
  const keys = (source['keys'] as Members[] | undefined) ?? [source]
  const kinds = new Set(keys.map((key) => key['kty'] === 'oct'))
  const candidates = keys.filter(
    (key) =>
      header['kid'] === undefined || key['kid'] === undefined || key['kid'] === header['kid'],
  )
  const [key] = candidates
  if (key === undefined || candidates.length > 1 || kinds.size > 1) refuse()
  if (key['use'] !== undefined && key['use'] !== use) refuse()
  const operations = key['key_ops'] as string[] | undefined
  if (
    use === 'sig' &&
    operations !== undefined &&
    !operations.includes('verify') &&
    !operations.includes('sign')
  )
    refuse()
  return key
}

/** The private JWK of the same id, for decryption. */
function privateKeyFor(group: Members, header: Header): Members {
  return pickKey({ private: group['private'] }, header, 'enc')
}

export const jws: Runner = async (test, group) => {
  if (test['jwe'] !== undefined) return jwe(test, group, '')
  const [protectedPart, payload, signaturePart] = parts(test['jws'], 3) as [string, string, string]
  const header = headerOf(protectedPart)
  const algorithm = String(header['alg'])
  const jwk = pickKey(group, header, 'sig')
  if (jwk['alg'] !== undefined && jwk['alg'] !== algorithm) refuse()
  decodeBase64url(payload)
  const message = encodeUtf8(`${protectedPart}.${payload}`)
  const signature = decodeBase64url(signaturePart)
  if (algorithm.startsWith('HS')) return outcome(await isHmac(jwk, algorithm, message, signature))
  const mechanism = Object.hasOwn(signatures, algorithm) ? signatures[algorithm] : undefined
  if (mechanism === undefined) refuse()
  if (ecCurves[algorithm] !== undefined && jwk['crv'] !== ecCurves[algorithm]) refuse()
  const imported = await importKey('jwk', JSON.stringify(jwk))
  const key = openPublicKey(imported.spec, imported.public as Uint8Array)
  const format = algorithm.startsWith('ES') ? ({ format: 'p1363' } as const) : {}
  return outcome(await verify(key, mechanism, { message, ...format }, signature))
}

async function isHmac(
  jwk: Members,
  algorithm: string,
  message: Uint8Array,
  tag: Uint8Array,
): Promise<boolean> {
  const bits = { HS256: 256, HS384: 384, HS512: 512 }[algorithm] as 256 | 384 | 512 | undefined
  if (bits === undefined) refuse()
  const mechanism = `hmac-sha${bits}` as const
  const { secret } = await importKey('jwk', JSON.stringify(jwk), mechanism)
  // RFC 7518 §3.2: a key is no shorter than the hash.
  if (secret === undefined || secret.length < bits / 8) refuse()
  return isEqual(mac(openKey(mechanism, secret), mechanism, message), tag)
}

export const jwe: Runner = async (test, group) => {
  const [protectedPart, keyPart, ivPart, textPart, tagPart] = parts(test['jwe'], 5) as [
    string,
    string,
    string,
    string,
    string,
  ]
  const header = headerOf(protectedPart)
  const jwk = privateKeyFor(group, header)
  // A key for direct encryption carries the content algorithm (RFC 7520 §5.6).
  const meant = header['alg'] === 'dir' ? header['enc'] : header['alg']
  if (jwk['alg'] !== undefined && jwk['alg'] !== meant) refuse()
  const contentKey = await contentKeyOf(header, jwk, decodeBase64url(keyPart))
  const sealed = {
    iv: decodeBase64url(ivPart),
    aad: encodeUtf8(protectedPart),
    ciphertext: decodeBase64url(textPart),
    tag: decodeBase64url(tagPart),
  }
  const plaintext = await openContent(String(header['enc']), contentKey, sealed)
  if (plaintext === undefined) return 'refused'
  return outcome(test['pt'] === undefined || isEqual(plaintext, bytes(test, 'pt')))
}

type Sealed = { iv: Uint8Array; aad: Uint8Array; ciphertext: Uint8Array; tag: Uint8Array }

async function openContent(
  enc: string,
  key: Uint8Array,
  sealed: Sealed,
): Promise<Uint8Array | undefined> {
  const gcm = /^A(128|192|256)GCM$/.exec(enc)
  if (gcm !== null) {
    const { iv, aad, tag } = sealed
    if (key.length * 8 !== Number(gcm[1]) || iv.length !== 12 || tag.length !== 16) refuse()
    const ciphertext = concat(sealed.ciphertext, tag)
    return decrypt(openAesKey(key), 'aes-gcm', { iv, aad, ciphertext })
  }
  const cbc = /^A(128|192|256)CBC-HS(256|384|512)$/.exec(enc)
  if (cbc === null || Number(cbc[1]) * 2 !== Number(cbc[2])) refuse()
  return openCbcHmac(`sha${cbc[2]}` as 'sha256', key, sealed)
}

async function contentKeyOf(
  header: Header,
  jwk: Members,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  const algorithm = String(header['alg'])
  if (algorithm === 'dir' && encrypted.length === 0) return decodeBase64url(String(jwk['k']))
  const aes = /^A(128|192|256)(KW|GCMKW)$/.exec(algorithm)
  if (aes !== null) return unwrapAes(Number(aes[1]), aes[2] === 'KW', header, jwk, encrypted)
  if (algorithm.startsWith('ECDH-ES')) return agreeContentKey(algorithm, header, jwk, encrypted)
  const imported = await importKey('jwk', JSON.stringify(jwk))
  const key = openKey(imported.spec, imported.secret as Uint8Array)
  switch (algorithm) {
    case 'RSA-OAEP':
      return decrypt(key, 'rsa-oaep-sha1', { ciphertext: encrypted })
    case 'RSA-OAEP-256':
      return decrypt(key, 'rsa-oaep-sha256', { ciphertext: encrypted })
    case 'RSA1_5':
      return decrypt(key, 'rsa-pkcs1', { ciphertext: encrypted })
    default:
      return refuse()
  }
}

async function unwrapAes(
  bits: number,
  plain: boolean,
  header: Header,
  jwk: Members,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  const { secret } = await importKey('jwk', JSON.stringify(jwk), `aes-${bits}` as 'aes-128')
  const key = openAesKey(secret as Uint8Array)
  if (plain) return unwrapKey(key, 'aes-kw', encrypted)
  const [iv, tag] = [decodeBase64url(String(header['iv'])), decodeBase64url(String(header['tag']))]
  if (iv.length !== 12 || tag.length !== 16) refuse()
  return decrypt(key, 'aes-gcm', { iv, ciphertext: concat(encrypted, tag) })
}

const contentKeyBits: Readonly<Record<string, number>> = {
  A128GCM: 128,
  A192GCM: 192,
  A256GCM: 256,
  'A128CBC-HS256': 256,
  'A192CBC-HS384': 384,
  'A256CBC-HS512': 512,
}

/** RFC 7518 §4.6: the one-step derivation with `AlgorithmID || PartyUInfo || PartyVInfo || SuppPubInfo`. */
async function agreeContentKey(
  algorithm: string,
  header: Header,
  jwk: Members,
  encrypted: Uint8Array,
): Promise<Uint8Array> {
  const imported = await importKey('jwk', JSON.stringify(jwk))
  const peer = await importKey('jwk', JSON.stringify(header['epk']), imported.spec)
  const wrapping = /^ECDH-ES\+A(128|192|256)KW$/.exec(algorithm)
  if (wrapping === null && algorithm !== 'ECDH-ES') refuse()
  const bits = wrapping === null ? contentKeyBits[String(header['enc'])] : Number(wrapping[1])
  if (bits === undefined || peer.public === undefined) refuse()
  const shared = await agree(openKey(imported.spec, imported.secret as Uint8Array), peer.public)
  const id = encodeUtf8(wrapping === null ? String(header['enc']) : algorithm)
  const party = (name: 'apu' | 'apv'): Uint8Array => {
    const value = header[name] ?? ''
    return withLength(typeof value === 'string' ? decodeBase64url(value) : refuse())
  }
  const info = concat(withLength(id), party('apu'), party('apv'), uint32(bits))
  const derived = deriveBytes(shared, 'onestep-sha256', { info, lengthBytes: bits / 8 })
  return wrapping === null ? derived : unwrapKey(openAesKey(derived), 'aes-kw', encrypted)
}

function withLength(data: Uint8Array): Uint8Array {
  return concat(uint32(data.length), data)
}

function uint32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

function openAesKey(key: Uint8Array): ReturnType<typeof openKey> {
  const spec = `aes-${key.length * 8}`
  return openKey(isKeySpec(spec) ? spec : 'aes-256', key)
}
