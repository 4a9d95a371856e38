import { type TProperties, type TSchema, Type } from 'typebox'
import { FailedItem } from './problem.ts'
import {
  Bytes,
  Closed,
  Context,
  Entry,
  KeySpec,
  Mechanism as MechanismName,
  Reference,
  Version,
} from './value.ts'

const ITEMS_MAX = 1_000

const Envelope = (description: string) =>
  Type.String({ pattern: '^clv1:[A-Za-z0-9_-]*$', description })

const mechanism = Type.Optional(MechanismName)
const version = Type.Optional(Version('The version that made it; absent: the current one'))
const aad = Type.Optional(Bytes('Additional data; not together with `context`'))
const context = Type.Optional(Context)
const acknowledgeRisk = Type.Optional(
  Type.Boolean({
    description: 'The caller knows that the key is suspended or compromised and processes anyway',
  }),
)
const withoutPlaintext = Type.Optional(
  Type.Boolean({ description: 'Leave the plaintext out of the answer' }),
)
const signing = {
  message: Bytes('The message, or its digest if `prehashed`'),
  mechanism,
  prehashed: Type.Optional(Type.Boolean({ description: 'The message is a digest already' })),
  format: Type.Optional(Type.Enum(['der', 'p1363'], { description: 'Of ECDSA signatures' })),
  signatureContext: Type.Optional(Bytes('Context of Ed*ph, ML-DSA and SLH-DSA')),
}
const made = { version: Version('The version that did it'), mechanism: MechanismName }
const dataKey = { context, aad, mechanism, withoutPlaintext }
const ciphertext = Envelope('The ciphertext with all that decryption needs to know of it')

/** The fields of one item of each data operation, and of its answer. */
const ITEMS = {
  encrypt: {
    asks: {
      plaintext: Bytes('At most 4 MiB'),
      context,
      aad,
      iv: Type.Optional(Bytes('Only for mechanisms that let the caller choose; random otherwise')),
      mechanism,
    },
    answers: { ciphertext, ...made },
  },
  decrypt: {
    asks: { ciphertext, context, aad },
    answers: { plaintext: Bytes('What was encrypted'), version: made.version },
  },
  reEncrypt: {
    asks: {
      ciphertext,
      context,
      aad,
      destinationKey: Type.Optional(Reference('Absent: the same key, its current version')),
      destinationMechanism: mechanism,
      destinationContext: context,
      destinationAad: aad,
    },
    answers: {
      ciphertext,
      key: Type.String({ description: 'Id of the key it is now under' }),
      ...made,
      sourceVersion: Version(),
    },
  },
  sign: { asks: signing, answers: { signature: Bytes('The signature'), ...made } },
  verify: {
    asks: { ...signing, signature: Bytes('The signature'), version },
    answers: { valid: Type.Boolean(), version: made.version },
  },
  mac: {
    asks: { message: Bytes('The message'), mechanism },
    answers: { mac: Bytes('The code'), ...made },
  },
  verifyMac: {
    asks: { message: Bytes('The message'), mac: Bytes('The code'), mechanism, version },
    answers: { valid: Type.Boolean(), version: made.version },
  },
  wrap: {
    asks: {
      material: Type.Optional(Bytes('Key material to wrap; or name a `target`')),
      target: Type.Optional(Reference('An exportable key of the keeper to wrap')),
      targetVersion: Type.Optional(Version()),
      mechanism,
      aad,
    },
    answers: { wrapped: Bytes('As the mechanism defines it, without an envelope'), ...made },
  },
  unwrap: {
    asks: { wrapped: Bytes('What `wrap` gave'), version, mechanism, aad },
    answers: { material: Bytes('The key material'), version: made.version },
  },
  generateDataKey: {
    asks: { lengthBytes: Type.Integer({ minimum: 16, maximum: 1_024 }), ...dataKey },
    answers: {
      plaintext: Type.Optional(Bytes('The data key in clear')),
      ciphertext,
      ...made,
    },
  },
  generateDataKeyPair: {
    asks: { spec: KeySpec, ...dataKey },
    answers: {
      privateKey: Type.Optional(Bytes('PKCS#8, in clear')),
      publicKey: Bytes('SubjectPublicKeyInfo, or the raw key where no SPKI is defined'),
      ciphertext,
      ...made,
    },
  },
  derive: {
    asks: {
      lengthBytes: Type.Integer({ minimum: 1, maximum: 8_160 }),
      salt: Type.Optional(Bytes('Salt of the extraction step')),
      label: Type.Optional(Bytes('Label (SP 800-108) or info (RFC 5869)')),
      derivationContext: Type.Optional(Bytes('Context of SP 800-108')),
      mechanism,
      version,
    },
    answers: { derived: Bytes('The keying material'), ...made },
  },
  agree: {
    asks: { peerPublicKey: Bytes('SubjectPublicKeyInfo of the peer'), mechanism, version },
    answers: { sharedSecret: Bytes('The shared secret'), version: made.version },
  },
  encapsulate: {
    asks: { mechanism },
    answers: {
      encapsulation: Bytes('For whoever decapsulates'),
      sharedSecret: Bytes('The shared secret'),
      version: made.version,
    },
  },
  decapsulate: {
    asks: { encapsulation: Bytes('What `encapsulate` gave'), version, mechanism },
    answers: { sharedSecret: Bytes('The shared secret'), version: made.version },
  },
} as const

export type DataVerb = keyof typeof ITEMS

export interface DataSchemas {
  /** One item with its fields at the top. */
  readonly single: TSchema
  readonly batch: TSchema
  readonly singleAnswer: TSchema
  readonly batchAnswer: TSchema
}

function schemasOf(name: string, asks: TProperties, answers: TProperties): DataSchemas {
  const item = Closed(asks, { $id: `${name}Item` })
  const answered = Closed(answers, { $id: `${name}Result` })
  return {
    single: Closed({ ...asks, acknowledgeRisk }, { $id: `${name}Request` }),
    batch: Closed(
      { items: Type.Array(item, { minItems: 1, maxItems: ITEMS_MAX }), acknowledgeRisk },
      { $id: `${name}Batch` },
    ),
    singleAnswer: Closed({ ...answers, entry: Entry }, { $id: `${name}Answer` }),
    batchAnswer: Closed(
      { items: Type.Array(Type.Union([answered, FailedItem])), entry: Entry },
      { $id: `${name}BatchAnswer` },
    ),
  }
}

export const DATA_SCHEMAS = Object.fromEntries(
  Object.entries(ITEMS).map(([verb, { asks, answers }]) => {
    const name = verb.charAt(0).toUpperCase() + verb.slice(1)
    return [verb, schemasOf(name, asks, answers)]
  }),
) as Readonly<Record<DataVerb, DataSchemas>>

export const DATA_VERBS = Object.keys(ITEMS) as readonly DataVerb[]
