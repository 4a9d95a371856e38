import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { before, describe, it } from 'node:test'
import { encode } from 'cborg'
import { attestationCrypto } from '../../../src/attestation-crypto.ts'
import type { Recipient } from '../../../src/protocols/aws-kms/attestation/recipient.ts'
import { verifyRecipient } from '../../../src/protocols/aws-kms/attestation/verify-recipient.ts'
import type { AwsCrypto } from '../../../src/protocols/aws-kms/crypto-port.ts'
import { AwsError } from '../../../src/protocols/aws-kms/error.ts'
import {
  certify,
  enclaveKey,
  type Fields,
  fieldsOf,
  type Infrastructure,
  makeInfrastructure,
  signDocument,
  type SignOptions,
} from './attestation-authority.ts'
import { TEST_CRYPTO } from './aws-world.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
const MINUTE_MS = 60_000
const crypto: AwsCrypto = { ...(TEST_CRYPTO as AwsCrypto), attestation: attestationCrypto }

let made: Infrastructure
let good: Uint8Array
/** The same array every time, as a keeper has it: what was verified under it is remembered. */
let trusted: readonly Uint8Array[]

function verify(document: Uint8Array, now = NOW, roots = trusted): Promise<Recipient> {
  return verifyRecipient({ crypto, now: () => now, nitroRoots: roots }, document)
}

async function refuses(document: Uint8Array, reason: RegExp | string, now = NOW): Promise<void> {
  await assert.rejects(verify(document, now), (error) => {
    assert.ok(error instanceof AwsError, String(error))
    assert.equal(error.exception, 'ValidationException')
    const whole =
      typeof reason === 'string' ? `Failed to verify the attestation document: ${reason}.` : reason
    if (typeof whole === 'string') assert.equal(error.message, whole)
    else assert.match(error.message, whole)
    return true
  })
}

/** A good document with some of its fields changed; undefined takes one away. */
async function documentWith(
  changes: Readonly<Record<string, unknown>>,
  options: SignOptions = {},
): Promise<Uint8Array> {
  const fields: Fields = fieldsOf(made, { publicKey: enclaveKey().publicKey })
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) fields.delete(name)
    else fields.set(name, value)
  }
  return signDocument(made.leaf, fields, options)
}

before(async () => {
  made = await makeInfrastructure(NOW)
  trusted = [made.root.der]
  good = await documentWith({})
})

describe('an attestation document', () => {
  it('is taken, and says the PCRs in lower-case hexadecimal', async () => {
    const { conditions } = await verify(good)
    const pcr = (octet: string): string => octet.repeat(48)
    assert.equal(Object.keys(conditions).length, 17)
    assert.equal(conditions['kms:RecipientAttestation:ImageSha384'], pcr('01'))
    assert.equal(conditions['kms:RecipientAttestation:PCR0'], pcr('01'))
    assert.equal(conditions['kms:RecipientAttestation:PCR10'], pcr('0b'))
  })

  it('may be tagged, and its map of indefinite length, as older modules write it', async () => {
    await verify(await documentWith({}, { tagged: true }))
    const definite = encode(fieldsOf(made, { publicKey: enclaveKey().publicKey }))
    assert.equal(definite[0], 0xa9)
    const payload = Uint8Array.of(0xbf, ...definite.subarray(1), 0xff)
    await verify(await documentWith({}, { payload }))
  })

  it('may have user data and a nonce, up to 1024 bytes, and other PCRs than 48 bytes', async () => {
    const pcrs = new Map([
      [0, new Uint8Array(32)],
      [31, new Uint8Array(64)],
    ])
    const { conditions } = await verify(
      await documentWith({ user_data: new Uint8Array(1_024), nonce: new Uint8Array(), pcrs }),
    )
    assert.equal(conditions['kms:RecipientAttestation:PCR31'], '00'.repeat(64))
  })

  it('has no image digest where it has no PCR0', async () => {
    const pcrs = new Map([[4, new Uint8Array(48)]])
    const { conditions } = await verify(await documentWith({ pcrs }))
    assert.deepEqual(Object.keys(conditions), ['kms:RecipientAttestation:PCR4'])
  })

  it("may be of NitroTPM, whose registers never meet an enclave's conditions", async () => {
    const pcrs = new Map([
      [0, new Uint8Array(48)],
      [12, new Uint8Array(48).fill(0xfe)],
    ])
    const { conditions } = await verify(
      await documentWith({ pcrs: undefined, nitrotpm_pcrs: pcrs }),
    )
    assert.deepEqual(conditions, {
      'kms:RecipientAttestation:NitroTPMPCR0': '00'.repeat(48),
      'kms:RecipientAttestation:NitroTPMPCR12': 'fe'.repeat(48),
    })
    const wrong = 'pcrs is missing or not what it must be'
    await refuses(await documentWith({ nitrotpm_pcrs: pcrs }), wrong)
    await refuses(await documentWith({ nitrotpm_pcrs: null }), wrong)
    await refuses(await documentWith({ pcrs: undefined, nitrotpm_pcrs: new Map() }), wrong)
    const odd = new Map([[0, new Uint8Array(20)]])
    await refuses(await documentWith({ pcrs: undefined, nitrotpm_pcrs: odd }), wrong)
  })

  it('is refused where no root is configured, with what to configure', async () => {
    await assert.rejects(
      verify(good, NOW, []),
      /trusts no attestation root; aws\.nitro-root of its configuration/,
    )
  })

  it('is refused five minutes after and before its time', async () => {
    await verify(good, NOW + 5 * MINUTE_MS)
    await refuses(good, 'the document is not recent', NOW + 5 * MINUTE_MS + 1)
    await verify(good, NOW - 5 * MINUTE_MS)
    await refuses(good, 'the document is not recent', NOW - 5 * MINUTE_MS - 1)
  })
})

describe('the fields of an attestation document', () => {
  const bytes = (length: number): Uint8Array => new Uint8Array(length)
  const cases: readonly (readonly [field: string, what: string, value: unknown])[] = [
    ...['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'].map(
      (field) => [field, 'absent', undefined] as const,
    ),
    ...['module_id', 'digest', 'timestamp', 'pcrs', 'certificate', 'cabundle'].map(
      (field) => [field, 'null', null] as const,
    ),
    ['module_id', 'empty', ''],
    ['module_id', 'bytes', bytes(3)],
    ['digest', 'another', 'SHA256'],
    ['digest', 'bytes', new TextEncoder().encode('SHA384')],
    ['timestamp', 'zero', 0],
    ['timestamp', 'negative', -1],
    ['timestamp', 'text', String(NOW)],
    ['timestamp', 'beyond 2^53', 2n ** 63n],
    ['pcrs', 'empty', new Map()],
    ['pcrs', 'a list', [bytes(48)]],
    ['pcrs', 'an index of 32', new Map([[32, bytes(48)]])],
    ['pcrs', 'an index below zero', new Map([[-1, bytes(48)]])],
    ['pcrs', 'an index in text', new Map([['0', bytes(48)]])],
    ['pcrs', 'an index with a fraction', new Map([[0.5, bytes(48)]])],
    ['pcrs', 'a value in text', new Map([[0, 'ab'.repeat(24)]])],
    ...[0, 31, 33, 47, 49, 63, 65].map(
      (length) => ['pcrs', `${length} bytes`, new Map([[0, bytes(length)]])] as const,
    ),
    ['pcrs', '33 of them', new Map(Array.from({ length: 33 }, (_, at) => [at, bytes(48)]))],
    ['certificate', 'empty', bytes(0)],
    ['certificate', 'too long', bytes(1_025)],
    ['certificate', 'text', 'certificate'],
    ['cabundle', 'empty', []],
    ['cabundle', 'bytes', bytes(5)],
    ['cabundle', 'an empty certificate in it', [bytes(0)]],
    ['cabundle', 'a certificate too long in it', [bytes(1_025)]],
    ['cabundle', 'text in it', ['root']],
    ['cabundle', '17 certificates', Array.from({ length: 17 }, () => bytes(1))],
    ['public_key', 'empty', bytes(0)],
    ['public_key', 'too long', bytes(1_025)],
    ['public_key', 'text', 'key'],
    ['user_data', 'too long', bytes(1_025)],
    ['user_data', 'a number', 1],
    ['nonce', 'too long', bytes(1_025)],
    ['nonce', 'false', false],
  ]
  for (const [field, what, value] of cases) {
    it(`${field}: ${what}: is refused`, async () => {
      const document = await documentWith({ [field]: value })
      if (what === 'beyond 2^53') return refuses(document, 'it is not well-formed CBOR')
      if (what === 'an index with a fraction') {
        return refuses(document, 'it is not well-formed CBOR')
      }
      await refuses(document, `${field} is missing or not what it must be`)
    })
  }

  it('are the known ones only, each once', async () => {
    await refuses(await documentWith({ more: 1 }), 'it has an unknown field')
    const fields = encode(fieldsOf(made, { publicKey: enclaveKey().publicKey }))
    const again = encode(new Map([['digest', 'SHA384']]))
    const payload = Uint8Array.of(0xaa, ...fields.subarray(1), ...again.subarray(1))
    await refuses(await documentWith({}, { payload }), 'it is not well-formed CBOR')
  })

  it('repeat no PCR, also not as a float', async () => {
    const pcr = Uint8Array.of(0x58, 48, ...new Uint8Array(48))
    for (const index of [[0x00], [0xf9, 0x00, 0x00], [0x18, 0x00]]) {
      const pcrs = [0xa2, 0x00, ...pcr, ...index, ...pcr]
      // The last field, so that it can be put on at the end.
      const others = fieldsOf(made, { publicKey: enclaveKey().publicKey })
      others.delete('pcrs')
      const rest = encode(others).subarray(1)
      const payload = Uint8Array.of(
        0xa9,
        ...rest,
        0x64,
        ...new TextEncoder().encode('pcrs'),
        ...pcrs,
      )
      await refuses(await documentWith({}, { payload }), 'it is not well-formed CBOR')
    }
  })

  it('need a public key: RSA, of a size that is taken', async () => {
    await refuses(await documentWith({ public_key: null }), 'the document has no public key')
    await refuses(await documentWith({ public_key: undefined }), 'the document has no public key')
    const spki = (pair: { publicKey: import('node:crypto').KeyObject }): Uint8Array =>
      new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }))
    const weak = [
      spki(generateKeyPairSync('rsa', { modulusLength: 1_024 })),
      spki(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      spki(generateKeyPairSync('ed25519')),
      new Uint8Array(
        generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({
          type: 'pkcs1',
          format: 'der',
        }),
      ),
      Uint8Array.of(...enclaveKey().publicKey, 0),
      new Uint8Array(100),
    ]
    for (const public_key of weak) {
      await refuses(await documentWith({ public_key }), /the public key is not an RSA key/)
    }
    await verify(await documentWith({ public_key: enclaveKey(3_072).publicKey }))
    await verify(await documentWith({ public_key: enclaveKey(4_096).publicKey }))
  })
})

describe('the signature of an attestation document', () => {
  it('is ES384, said in the protected header and nowhere else', async () => {
    for (const header of [
      new Map([[1, -7]]),
      new Map([[1, -36]]),
      new Map([[1, 'ES384']]),
      new Map<number, unknown>([
        [1, -35],
        [4, new Uint8Array(1)],
      ]),
      new Map(),
      [1, -35],
    ]) {
      await refuses(await documentWith({}, { header }), 'it is not signed with ES384')
    }
    const unprotected = new Map([[1, -35]])
    await refuses(await documentWith({}, { unprotected }), 'its unprotected header is not empty')
  })

  it('is by the certificate that the document names', async () => {
    const other = await certify({ name: 'other', issuer: made.zone, now: NOW })
    const document = await signDocument(
      other,
      fieldsOf(made, { publicKey: enclaveKey().publicKey }),
    )
    await refuses(document, 'the signature is not valid')
  })

  it('is over the whole structure, by SHA-384', async () => {
    await refuses(await documentWith({}, { digest: 'sha256' }), 'the signature is not valid')
    await refuses(
      await documentWith({}, { external: Uint8Array.of(1) }),
      'the signature is not valid',
    )
  })

  it('is by a key on P-384', async () => {
    const leaf = await certify({ name: 'p256', issuer: made.zone, curve: 'P-256', now: NOW })
    const document = await documentWith({ certificate: leaf.der })
    await refuses(document, 'the signature is not valid')
    const short = await signDocument(leaf, fieldsOf({ ...made, leaf }))
    await refuses(short, 'its signature does not have the length of ES384')
  })
})

describe('the bytes of an attestation document', () => {
  it('are refused when truncated, wherever', async () => {
    for (let length = 0; length < good.length; length++) {
      await refuses(good.subarray(0, length), /^Failed to verify the attestation document: /)
    }
  })

  it('are refused with any bit of them flipped', async () => {
    for (let at = 0; at < good.length; at++) {
      const flipped = good.slice()
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8))
      await refuses(flipped, /^Failed to verify the attestation document: /)
    }
  })

  it('are refused with anything after them', async () => {
    await refuses(Uint8Array.of(...good, 0), 'it is not well-formed CBOR')
    await refuses(Uint8Array.of(...good, ...good), 'it is not well-formed CBOR')
    const payload = Uint8Array.of(
      ...encode(fieldsOf(made, { publicKey: enclaveKey().publicKey })),
      0xf6,
    )
    await refuses(await documentWith({}, { payload }), 'it is not well-formed CBOR')
  })

  it('are a COSE_Sign1 with one tag at most', async () => {
    await refuses(Uint8Array.of(0xd2, 0xd2, ...good), 'it is not well-formed CBOR')
    await refuses(Uint8Array.of(0xd1, ...good), 'it is not well-formed CBOR')
    for (const other of [{}, [], [1, 2, 3, 4], 'text', null, 7, [new Uint8Array(), {}, 1, 1, 1]]) {
      await refuses(encode(other), /Failed to verify/)
    }
  })

  it('are not nested, and no longer than a module makes them', async () => {
    await refuses(new Uint8Array(200_000).fill(0x81), 'it is not well-formed CBOR')
    await refuses(new Uint8Array(200_000).fill(0x9f), 'it is not well-formed CBOR')
    await refuses(Uint8Array.of(0x9b, ...new Uint8Array(8).fill(0xff)), /not well-formed/)
    await refuses(Uint8Array.of(0x5b, 0, 0x1f, ...new Uint8Array(6).fill(0xff)), /not well-formed/)
    const payload = new Uint8Array(16_385)
    await refuses(await documentWith({}, { payload }), 'its payload is not a document')
  })
})

describe('the answer to an enclave', () => {
  it('names the key by its digest and encrypts anew each time', async () => {
    const recipient = await verify(good)
    const plaintext = new Uint8Array(32).fill(7)
    const [one, two] = [await recipient.seal(plaintext), await recipient.seal(plaintext)]
    assert.notEqual(one, two)
    const digest = createHash('sha256').update(enclaveKey().publicKey).digest('hex')
    assert.ok(Buffer.from(one, 'base64').toString('hex').includes(`8020${digest}`))
  })
})
