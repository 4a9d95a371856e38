import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import * as asn1js from 'asn1js'
import { attestationCrypto } from '../../../src/attestation-crypto.ts'
import type { AttestationCrypto } from '../../../src/protocols/aws-kms/attestation/attestation-crypto.ts'
import { verifyChain } from '../../../src/protocols/aws-kms/attestation/certificate-chain.ts'
import { VerifiedChains } from '../../../src/protocols/aws-kms/attestation/verified-chains.ts'
import { AwsError } from '../../../src/protocols/aws-kms/error.ts'
import {
  type CertificateOptions,
  type Certified,
  certify,
  extension,
  type Infrastructure,
  KEY_CERT_SIGN,
  makeInfrastructure,
} from './attestation-authority.ts'
import { TEST_CRYPTO } from './aws-world.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
const HOUR_MS = 3_600_000

let made: Infrastructure

function verify(chain: readonly Uint8Array[], roots = [made.root.der], now = NOW): Uint8Array {
  return verifyChain(attestationCrypto, { chain, roots, now }).publicKey
}

function refuses(chain: readonly Uint8Array[], reason: string, now = NOW): void {
  assert.throws(
    () => verify(chain, [made.root.der], now),
    (error) => {
      assert.ok(error instanceof AwsError, String(error))
      assert.equal(error.exception, 'ValidationException')
      assert.equal(error.message, `Failed to verify the attestation document: ${reason}.`)
      return true
    },
  )
}

type Changes = Partial<CertificateOptions>

/** The chain with another leaf, or with another zone and a leaf below it. */
async function withLeaf(changes: Changes): Promise<Uint8Array[]> {
  const leaf = await certify({ name: 'leaf', issuer: made.zone, now: NOW, ...changes })
  return [...made.bundle, leaf.der]
}

async function withZone(changes: Changes): Promise<Uint8Array[]> {
  const zone = await certify({
    name: 'zone',
    issuer: made.region,
    authority: true,
    now: NOW,
    ...changes,
  })
  const leaf = await certify({ name: 'leaf', issuer: zone, now: NOW })
  return [made.root.der, made.region.der, zone.der, leaf.der]
}

const whole = (): Uint8Array[] => [...made.bundle, made.leaf.der]
const EXPIRED = 'one of its certificates has expired or is not valid yet'
const BROKEN = 'its chain of certificates is broken'
const NO_AUTHORITY = 'one of its certificates may not sign others'
const MALFORMED = 'one of its certificates is malformed'

before(async () => {
  made = await makeInfrastructure(NOW)
})

describe("a chain of an enclave's certificates", () => {
  it('gives the public key of the leaf', () => {
    const { publicKey } = attestationCrypto.readCertificate(made.leaf.der) ?? {}
    assert.deepEqual(verify(whole()), publicKey)
  })

  it('begins at a trusted root, byte for byte', async () => {
    const twin = await certify({ name: made.root.name, authority: true, now: NOW })
    refuses([twin.der, ...whole().slice(1)], 'its chain does not begin at a trusted root')
    refuses(whole().slice(1), 'its chain does not begin at a trusted root')
    refuses([], 'its chain does not begin at a trusted root')
    verify(whole(), [twin.der, made.root.der])
    // A root of the same name whose key did not sign the rest.
    assert.throws(() => verify([twin.der, ...whole().slice(1)], [twin.der]), /chain .* is broken/)
  })

  it('is in order and without gaps', () => {
    const [root, region, zone, leaf] = whole() as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    refuses([root, zone, region, leaf], BROKEN)
    refuses([root, zone, leaf], BROKEN)
    refuses([root, region, leaf], BROKEN)
    refuses([root, root, region, leaf], BROKEN)
  })

  it('is of certificates that are valid now, the root too', async () => {
    verify(whole(), undefined, NOW + 3 * HOUR_MS)
    refuses(whole(), EXPIRED, NOW + 3 * HOUR_MS + 1_000)
    refuses(whole(), EXPIRED, NOW - HOUR_MS - 1_000)
    refuses(await withLeaf({ notAfter: NOW - 1_000 }), EXPIRED)
    refuses(await withLeaf({ notBefore: NOW + 1_000 }), EXPIRED)
    refuses(await withZone({ notAfter: NOW - 1_000 }), EXPIRED)
    refuses(await withZone({ notBefore: NOW + 1_000 }), EXPIRED)
  })

  it('is signed by each issuer, with its own key', async () => {
    const stranger = await certify({ name: 'stranger', authority: true, now: NOW })
    refuses(await withLeaf({ signer: stranger }), BROKEN)
    refuses(await withZone({ signer: stranger }), BROKEN)
    const misnamed: Certified = { ...made.zone, name: 'somebody else' }
    refuses(await withLeaf({ issuer: misnamed }), BROKEN)
  })

  it('is signed with ECDSA and no broken hash', async () => {
    const algorithm = 'one of its certificates is signed with another algorithm than ECDSA'
    refuses(await withLeaf({ hash: 'SHA-1' }), algorithm)
    verify(await withLeaf({ hash: 'SHA-256' }))
  })

  it('has authorities above the leaf only', async () => {
    refuses(await withZone({ authority: false, usage: KEY_CERT_SIGN }), NO_AUTHORITY)
    refuses(await withZone({ authority: null, usage: null }), NO_AUTHORITY)
    refuses(await withZone({ usage: 0x80 }), NO_AUTHORITY)
    refuses(await withZone({ usage: null }), NO_AUTHORITY)
  })

  it('ends in a certificate for signatures, and not in an authority', async () => {
    refuses(await withLeaf({ authority: true }), 'its certificate is that of an authority')
    refuses(await withLeaf({ usage: 0x20 }), 'its certificate is not for signatures')
    refuses(await withLeaf({ usage: null }), 'its certificate is not for signatures')
    verify(await withLeaf({ authority: null }))
    refuses(made.bundle, 'its certificate is that of an authority')
  })

  it('is no longer than its authorities allow', async () => {
    const below = await certify({ name: 'below', issuer: made.zone, authority: true, now: NOW })
    const leaf = await certify({ name: 'leaf', issuer: below, now: NOW })
    refuses(
      [...made.bundle, below.der, leaf.der],
      'its chain of certificates is longer than one of them allows',
    )
    verify(await withZone({ pathLength: 0 }))
  })

  it('has no rule in it that is not kept', async () => {
    const nameConstraints = extension('2.5.29.30', new asn1js.Sequence(), true)
    refuses(
      await withZone({ extensions: [nameConstraints] }),
      'one of its certificates has a critical extension that is not known',
    )
    const comment = extension('2.16.840.1.113730.1.13', new asn1js.Utf8String(), false)
    verify(await withZone({ extensions: [comment] }))
  })

  it('has each extension once, and well-formed', async () => {
    const usage = new asn1js.BitString({ valueHex: Uint8Array.of(0x06).buffer, unusedBits: 1 })
    const chain = await withZone({ extensions: [extension('2.5.29.15', usage, true)] })
    assert.throws(() => verify(chain), AwsError)
    const text = extension('2.5.29.19', new asn1js.Utf8String({ value: 'CA' }), true)
    const other = await withZone({ authority: null, extensions: [text] })
    assert.throws(() => verify(other), AwsError)
  })

  it('is of DER, all of it', () => {
    const [root, region, zone, leaf] = whole() as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    refuses([root, region, zone, Uint8Array.of(...leaf, 0)], MALFORMED)
    refuses([root, region, zone, leaf.subarray(0, -1)], MALFORMED)
    const base64 = Buffer.from(leaf).toString('base64')
    const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
    refuses([root, region, zone, Buffer.from(pem)], MALFORMED)
  })

  it('is refused with any octet of the leaf changed', () => {
    for (let at = 0; at < made.leaf.der.length; at++) {
      const changed = made.leaf.der.slice()
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      assert.throws(() => verify([...made.bundle, changed]), AwsError)
    }
  })
})

describe('chains that were verified once', () => {
  interface Counted {
    readonly chains: VerifiedChains
    readonly walked: () => number
  }

  function counted(): Counted {
    let walked = 0
    const attestation: AttestationCrypto = {
      ...attestationCrypto,
      isIssuedBy: (der, issuer) => {
        walked++
        return attestationCrypto.isIssuedBy(der, issuer)
      },
    }
    const crypto = { sha256: TEST_CRYPTO.sha256, attestation }
    return { chains: new VerifiedChains(crypto, [made.root.der]), walked: () => walked }
  }

  it('are not walked again', () => {
    const { chains, walked } = counted()
    const key = chains.leafKey(whole(), NOW)
    assert.equal(walked(), 4)
    assert.deepEqual(chains.leafKey(whole(), NOW + HOUR_MS), key)
    assert.deepEqual(key, verify(whole()))
    assert.equal(walked(), 4)
  })

  it('hold no longer than every certificate in them', async () => {
    const chain = await withZone({ notAfter: NOW + 60_000 })
    const { chains } = counted()
    chains.leafKey(chain, NOW)
    chains.leafKey(chain, NOW + 60_000)
    assert.throws(() => chains.leafKey(chain, NOW + 61_000), /has expired or is not valid yet/)
    assert.throws(() => chains.leafKey(chain, NOW - 2 * HOUR_MS), /has expired or is not valid/)
    chains.leafKey(chain, NOW)
  })

  it('are remembered as they were divided, and only when they held', async () => {
    const { chains, walked } = counted()
    chains.leafKey(whole(), NOW)
    const [root, region, zone, leaf] = whole() as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
    assert.throws(() => chains.leafKey([root, Buffer.concat([region, zone]), leaf], NOW), AwsError)
    const bad = await withLeaf({ usage: 0x20 })
    const before = walked()
    assert.throws(() => chains.leafKey(bad, NOW), /not for signatures/)
    assert.throws(() => chains.leafKey(bad, NOW), /not for signatures/)
    assert.equal(walked(), before + 8)
  })
})
