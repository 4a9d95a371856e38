// What a mutation fuzzer runs: each parser either returns or throws this package's error.
import {
  ByteReader,
  BytesError,
  canonicalJson,
  decodeBase64,
  decodeBase64url,
  decodeHex,
  decodeUtf8,
  encodeBase64,
  encodeBase64url,
  encodeHex,
  encodeUtf8,
  parseCanonicalJson,
} from '../src/index.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const isExpected = (error: unknown): boolean => error instanceof BytesError
/** Any bytes as a text, so that text parsers see more than valid UTF-8. */
const asText = (input: Uint8Array): string => Buffer.from(input).toString('latin1')
/** Two bytes a unit, so that lone surrogates and non-characters are reached too. */
const asUtf16 = (input: Uint8Array): string => Buffer.from(input).toString('utf16le')

/** What is accepted is written again, so that a second spelling shows. */
function assertSame(written: string, read: string): void {
  if (written !== read) throw new Error('a second spelling was accepted')
}

const JSON_SEEDS = [
  '{"a":[1,-2,null,true,"\\u0000\\n\\"\\\\"],"b":{"c":9007199254740991},"é":"😀"}',
  '[[[[[[[[[[]]]]]]]]]]',
  '{"__proto__":1,"constructor":{}}',
]

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'canonical JSON',
    seeds: JSON_SEEDS.map(encodeUtf8),
    parse(input) {
      const text = decodeUtf8(input)
      assertSame(canonicalJson(parseCanonicalJson(text)), text)
    },
    isExpected,
  },
  {
    name: 'canonical JSON of any UTF-16',
    seeds: JSON_SEEDS.map((text) => Uint8Array.from(Buffer.from(text, 'utf16le'))),
    parse(input) {
      const text = asUtf16(input)
      assertSame(canonicalJson(parseCanonicalJson(text)), text)
    },
    isExpected,
  },
  {
    name: 'hexadecimal',
    seeds: ['00ff10ab', 'ABCDEF'].map(encodeUtf8),
    parse(input) {
      const text = asText(input)
      assertSame(encodeHex(decodeHex(text)), text.toLowerCase())
    },
    isExpected,
  },
  {
    name: 'base64',
    seeds: ['AAECAw==', '+/8=', 'Zm9v'].map(encodeUtf8),
    parse(input) {
      const text = asText(input)
      assertSame(encodeBase64(decodeBase64(text)), text)
    },
    isExpected,
  },
  {
    name: 'base64url',
    seeds: ['AAECAw', '-_8', 'Zm9v'].map(encodeUtf8),
    parse(input) {
      const text = asText(input)
      assertSame(encodeBase64url(decodeBase64url(text)), text)
    },
    isExpected,
  },
  {
    name: 'byte fields',
    seeds: [Uint8Array.from([1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 2, 9, 9, 1, 7])],
    parse(input) {
      const reader = new ByteReader(input)
      reader.u8()
      reader.u16()
      reader.u32()
      reader.u53()
      reader.vector(2, 1_000)
      reader.vector(1, 200)
      reader.end()
    },
    isExpected,
  },
]
