import assert from 'node:assert/strict'
import { brainpoolP256r1, brainpoolP384r1, brainpoolP512r1 } from '@noble/curves/misc.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import {
  agree,
  hash,
  type HashName,
  importKey,
  type ImportedKey,
  isMechanism,
  type KeySpec,
  openKey,
  openPublicKey,
  type SignMechanism,
  verify,
} from '../../src/index.ts'
import { curveNames } from '../../src/primitives.ts'
import {
  bytes,
  fixedBytes,
  hashNamed,
  integer,
  isEqual,
  type Members,
  outcome,
  type Runner,
  text,
} from './harness.ts'

const curves: Readonly<Record<string, { spec: KeySpec; scalarBytes: number }>> = {
  secp256r1: { spec: 'ec-p256', scalarBytes: 32 },
  secp384r1: { spec: 'ec-p384', scalarBytes: 48 },
  secp521r1: { spec: 'ec-p521', scalarBytes: 66 },
  secp256k1: { spec: 'ec-secp256k1', scalarBytes: 32 },
  brainpoolP256r1: { spec: 'ec-brainpool-p256r1', scalarBytes: 32 },
  brainpoolP384r1: { spec: 'ec-brainpool-p384r1', scalarBytes: 48 },
  brainpoolP512r1: { spec: 'ec-brainpool-p512r1', scalarBytes: 64 },
}

const privateKeys = new Map<string, ImportedKey>()

/** Importing tries the pair, which is slow on the large curves; the set repeats its private keys. */
async function importOnce(
  name: string,
  read: () => ReturnType<typeof importKey>,
): Promise<ImportedKey> {
  const known = privateKeys.get(name)
  if (known !== undefined) return known
  const imported = await read()
  privateKeys.set(name, imported)
  return imported
}

async function sharedMatches(test: Members, ours: ImportedKey, peer: Uint8Array): Promise<boolean> {
  const shared = await agree(openKey(ours.spec, ours.secret as Uint8Array), peer)
  return isEqual(shared, bytes(test, 'shared'))
}

/** Peers as SPKI ('asn') or as bare points ('ecpoint'), the private key a number. */
export const ecdh: Runner = async (test, group) => {
  const { spec, scalarBytes } = curves[text(group, 'curve')] as {
    spec: KeySpec
    scalarBytes: number
  }
  const scalar = fixedBytes(integer(test, 'private'), scalarBytes)
  const ours = await importOnce(`${spec} ${scalar.toHex()}`, () =>
    importKey('raw-private', scalar, spec),
  )
  const format = group['encoding'] === 'ecpoint' ? 'raw-public' : 'spki'
  const peer = await importKey(format, bytes(test, 'public'), spec)
  return outcome(await sharedMatches(test, ours, peer.public as Uint8Array))
}

/** The set writes secp256k1 by a name from before RFC 8812. */
function jwkJson(jwk: unknown): string {
  return JSON.stringify(jwk).replace('"P-256K"', '"secp256k1"')
}

export const ecdhJwk: Runner = async (test) => {
  const json = jwkJson(test['private'])
  const ours = await importOnce(json, () => importKey('jwk', json))
  const peer = await importKey('jwk', jwkJson(test['public']), ours.spec)
  return outcome(await sharedMatches(test, ours, peer.public as Uint8Array))
}

/** X25519 and X448: raw, DER and JWK files. */
export function xdh(spec: 'x25519' | 'x448', encoding: 'raw' | 'asn' | 'jwk'): Runner {
  return async (test) => {
    if (encoding === 'jwk') {
      const ours = await importKey('jwk', JSON.stringify(test['private']), spec)
      const peer = await importKey('jwk', JSON.stringify(test['public']), spec)
      return outcome(await sharedMatches(test, ours, peer.public as Uint8Array))
    }
    const [privateFormat, publicFormat] =
      encoding === 'asn' ? (['pkcs8', 'spki'] as const) : (['raw-private', 'raw-public'] as const)
    const ours = await importKey(privateFormat, bytes(test, 'private'), spec)
    const peer = await importKey(publicFormat, bytes(test, 'public'), spec)
    return outcome(await sharedMatches(test, ours, peer.public as Uint8Array))
  }
}

// A digest is verified by another library than a message; every case of the small curve and one in this many of
// the others goes both ways, since the large ones take it several milliseconds each.
const DIGEST_EVERY = 8

export function ecdsa(format: 'der' | 'p1363'): Runner {
  return async (test, group) => {
    const mechanism = `ecdsa-${hashNamed(group, 'sha')}`
    if (!isMechanism(mechanism)) return { notRun: 'ECDSA with this hash is not offered' }
    const imported = await importKey('spki', bytes(group, 'publicKeyDer'))
    const key = openPublicKey(imported.spec, imported.public as Uint8Array)
    const [message, signature] = [bytes(test, 'msg'), bytes(test, 'sig')]
    const name = mechanism as SignMechanism
    const valid = await verify(key, name, { message, format }, signature)
    if (imported.spec === 'ec-p256' || Number(test['tcId']) % DIGEST_EVERY === 0) {
      const digest = hash(mechanism.slice('ecdsa-'.length) as HashName, message)
      assert.equal(await verify(key, name, { digest, format }, signature), valid)
    }
    return outcome(valid)
  }
}

export function eddsa(spec: 'ed25519' | 'ed448'): Runner {
  return async (test, group) => {
    const imported = await importKey('spki', bytes(group, 'publicKeyDer'), spec)
    const key = openPublicKey(spec, imported.public as Uint8Array)
    return outcome(await verify(key, spec, { message: bytes(test, 'msg') }, bytes(test, 'sig')))
  }
}

const nobleCurves: Readonly<Record<string, typeof p256>> = {
  secp256r1: p256,
  secp384r1: p384,
  secp521r1: p521,
  secp256k1,
  brainpoolP256r1,
  brainpoolP384r1,
  brainpoolP512r1,
}

/** The parameters of the curves that digests are signed on; the others are known by name only. */
export const curveParameters: Runner = (test) => {
  const name = text(test, 'name')
  const curve = nobleCurves[name]
  if (curve === undefined) {
    return { notRun: curveNames().includes(name) ? 'curve is not offered' : 'curve is unknown' }
  }
  const { p, n, a, b, Gx, Gy, h } = curve.Point.CURVE()
  const members = { p, n, a, b, gx: Gx, gy: Gy }
  const same = Object.entries(members).every(([member, value]) => integer(test, member) === value)
  return outcome(same && h === BigInt(Number(test['h'])))
}
