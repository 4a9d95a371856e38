// What a mutation fuzzer runs: each parser either returns or throws this package's error.
import {
  ByteReader,
  BytesError,
  ByteWriter,
  concat,
  encodeBase64,
  encodeUtf8,
} from '@claviger/bytes'
import {
  decodeEncryptedPkcs8,
  decodeJks,
  decodeKeyFile,
  decodePkcs12,
  encodeEncryptedPkcs8,
  encodeJks,
  encodePkcs12,
  type KeyFileEntry,
  KeyFileError,
} from '../src/index.ts'
import { DerReader } from '../src/der-reader.ts'
import {
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeOid,
  encodeSequence,
  encodeSet,
} from '../src/der-writer.ts'
import { OID } from '../src/oid.ts'
import { Effort } from '../src/effort.ts'
import { readJavaObject } from '../src/java-object.ts'
import { decodeOpenSsh } from '../src/openssh.ts'
import { decodePem } from '../src/pem.ts'
import { Passphrase } from '../src/passphrase.ts'
import { certificateBags, keyBags } from '../src/pkcs12-write.ts'
import { BagCollector } from '../src/pkcs12-bags.ts'
import { EC_PKCS8, FEW, PRIVATE, SECRET } from './samples.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const isExpected = (error: unknown): boolean => error instanceof KeyFileError
const passphrase = 'p'
/** A mutated count costs no more than the seeds' own. */
const options = { passphrase, iterationsMax: 50 }
const sealing = { passphrase, iterations: FEW }

const CERTIFICATE: KeyFileEntry = {
  kind: 'certificate',
  alias: 'ca',
  certificate: encodeSequence(),
}

/** What is inside a safe, which a mutated file's MAC would keep from being reached. */
const SAFE = encodeSequence(
  ...[PRIVATE, SECRET].flatMap((entry) => keyBags(entry, Passphrase.of(passphrase), FEW)),
  ...certificateBags([CERTIFICATE]),
)

const STORE = encodeJks([CERTIFICATE, SECRET], { ...sealing, format: 'jceks', createdAt: 0 })

const P7B = encodeSequence(
  encodeOid(OID.signedData),
  encodeExplicit(
    0,
    encodeSequence(
      encodeInteger(1),
      encodeSet(),
      encodeSequence(encodeOid(OID.data)),
      encodeExplicit(0, encodeSequence()),
    ),
  ),
)

const part = (bytes: Uint8Array): Uint8Array => new ByteWriter(1024).vector(4, bytes).finish()
const text = (plain: string): Uint8Array => part(encodeUtf8(plain))
const ONE = Uint8Array.of(0, 0, 0, 1)
/** An RSA key of small numbers: n, e, d, iqmp, p, q. */
const OPENSSH = concat(
  encodeUtf8('openssh-key-v1\0'),
  text('none'),
  text('none'),
  text(''),
  ONE,
  text('public'),
  part(
    concat(
      ONE,
      ONE,
      text('ssh-rsa'),
      ...[33, 3, 7, 1, 11, 3].map((number) => part(Uint8Array.of(number))),
      text('a comment'),
    ),
  ),
)

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'keyfile pkcs12',
    seeds: [encodePkcs12([PRIVATE, SECRET], sealing)],
    parse: (input) => void decodePkcs12(input, options),
    isExpected,
  },
  {
    name: 'keyfile pkcs12 bags',
    seeds: [SAFE],
    parse(input) {
      const effort = new Effort(options.iterationsMax)
      const collector = new BagCollector({ passphrase: Passphrase.of(passphrase), effort })
      collector.collect(input)
      collector.finish()
    },
    isExpected,
  },
  {
    name: 'keyfile encrypted pkcs8',
    seeds: [encodeEncryptedPkcs8(EC_PKCS8, sealing)],
    parse: (input) => void decodeEncryptedPkcs8(input, options),
    isExpected,
  },
  {
    // Without a passphrase nothing is checked before it is read.
    name: 'keyfile jks',
    seeds: [STORE, encodeJks([CERTIFICATE, PRIVATE], { ...sealing, format: 'jks', createdAt: 0 })],
    parse: (input) => void decodeJks(input, {}),
    isExpected,
  },
  {
    name: 'keyfile java object',
    // Behind the store's head, and that of the second entry.
    seeds: [
      STORE.subarray(STORE.findIndex((_, at) => STORE[at] === 0xac && STORE[at + 1] === 0xed)),
    ],
    parse: (input) => void readJavaObject(new ByteReader(input)),
    isExpected: (error) => isExpected(error) || error instanceof BytesError,
  },
  {
    name: 'keyfile pem',
    seeds: [
      `-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n`,
      `-----BEGIN PRIVATE KEY-----\n${encodeBase64(EC_PKCS8)}\n-----END PRIVATE KEY-----\n`,
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,${'0a'.repeat(16)}\n\n${'A'.repeat(64)}\n-----END RSA PRIVATE KEY-----`,
    ].map(encodeUtf8),
    parse: (input) => void decodePem(input, options),
    isExpected,
  },
  {
    name: 'keyfile openssh',
    seeds: [OPENSSH],
    parse: (input) => void decodeOpenSsh(input),
    isExpected,
  },
  {
    name: 'keyfile of any format',
    seeds: [encodeUtf8('{"keys":[{"kty":"oct","k":"AAAA","kid":"a"}]}'), P7B, EC_PKCS8],
    parse: (input) => void decodeKeyFile(input, options),
    isExpected,
  },
  {
    name: 'keyfile der',
    seeds: [Uint8Array.of(0x30, 0x80, 0x24, 0x80, 4, 1, 7, 0, 0, 0, 0), encodeElement(0x30)],
    parse(input) {
      const reader = new DerReader(input)
      while (!reader.isAtEnd) reader.sequence().octetString()
    },
    isExpected,
  },
]
