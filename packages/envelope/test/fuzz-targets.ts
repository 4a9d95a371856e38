import {
  decodeCiphertext,
  decodeCiphertextText,
  decodeFileHeader,
  decodeShare,
  decodeWrappedRecord,
  EnvelopeError,
  encodeCiphertext,
  encodeCiphertextText,
  encodeFileHeader,
  encodeShare,
  encodeWrappedRecord,
} from '@claviger/envelope'
import { decodeUtf8, encodeUtf8 } from '@claviger/bytes'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const key = '01890a5d-ac96-774b-bcce-b302099a8057'
const ciphertext = {
  kind: 'ciphertext',
  mechanism: 'aes-gcm',
  key,
  version: 3,
  iv: new Uint8Array(12).fill(7),
  ciphertext: new Uint8Array(40).fill(9),
} as const
const dataKey = { ...ciphertext, kind: 'data-key' } as const
const share = {
  set: '0123456789abcdef',
  index: 2,
  shares: 5,
  threshold: 3,
  generation: 1,
  payload: new Uint8Array(33).fill(5),
}

const isExpected = (error: unknown): boolean => error instanceof EnvelopeError
/** Bytes as text, one unit a byte, so that mutation reaches every character. */
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** What is accepted is encoded again, so that a lenient parser shows as an unexpected difference. */
function assertSame(left: Uint8Array, right: Uint8Array): void {
  if (Buffer.compare(left, right) !== 0) throw new Error('a second encoding differs')
}

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'ciphertext envelope',
    seeds: [encodeCiphertext(ciphertext), encodeCiphertext(dataKey)],
    parse: (input) => assertSame(encodeCiphertext(decodeCiphertext(input)), input),
    isExpected,
  },
  {
    name: 'ciphertext envelope in text',
    seeds: [encodeUtf8(encodeCiphertextText(ciphertext))],
    parse: (input) =>
      assertSame(encodeUtf8(encodeCiphertextText(decodeCiphertextText(latin1(input)))), input),
    isExpected,
  },
  {
    name: 'wrapped record',
    seeds: [
      encodeWrappedRecord({
        wrappedBy: 1,
        nonce: new Uint8Array(24),
        ciphertext: new Uint8Array(48),
      }),
    ],
    parse: (input) => assertSame(encodeWrappedRecord(decodeWrappedRecord(input)), input),
    isExpected,
  },
  {
    name: 'share',
    seeds: [encodeUtf8(encodeShare(share))],
    parse: (input) => {
      const read = decodeShare(latin1(input))
      if (decodeUtf8(encodeUtf8(encodeShare(read))).length !== 111) throw new Error('wrong length')
    },
    isExpected,
  },
  {
    name: 'file header',
    seeds: [encodeFileHeader({ aead: 'AEAD_AES_256_GCM', dataKey })],
    parse: (input) => {
      const { header, length } = decodeFileHeader(input)
      assertSame(encodeFileHeader(header), input.subarray(0, length))
    },
    isExpected,
  },
]
