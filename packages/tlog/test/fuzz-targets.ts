// What a mutation fuzzer runs: each parser either returns or throws this package's error.
import { encodeUtf8 } from '@claviger/bytes'
import {
  decodeEntryBundle,
  decodeNote,
  decodeTimestampedSignature,
  decodeTlogProof,
  encodeCheckpoint,
  encodeEntryBundle,
  encodeNote,
  encodeTimestampedSignature,
  encodeTlogProof,
  parseCheckpoint,
  parseTilePath,
  parseVerifierKey,
  TlogError,
} from '../src/index.ts'
import { generateKey, sha256 } from './memory-log.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const isExpected = (error: unknown): boolean => error instanceof TlogError
/** Any bytes as a text, so that text parsers see more than valid UTF-8. */
const asText = (input: Uint8Array): string => Buffer.from(input).toString('latin1')

const text = encodeCheckpoint({
  origin: 'log.example',
  size: 70_000,
  root: new Uint8Array(32).fill(1),
  extensions: ['extension'],
})
const note = encodeNote({
  text,
  signatures: [{ name: 'log.example', keyId: 7, signature: new Uint8Array(64).fill(2) }],
})
const bundle = encodeEntryBundle([encodeUtf8('{"id":"a"}'), encodeUtf8('{"id":"b"}')])
const path = [new Uint8Array(32).fill(4), new Uint8Array(32).fill(5)]
const cosignature = { timestamp: 1_700_000_000, signature: new Uint8Array(64).fill(6) }

export const fuzzTargets: FuzzTarget[] = [
  { name: 'tlog note', seeds: [note], parse: (input) => void decodeNote(input), isExpected },
  {
    name: 'tlog checkpoint',
    seeds: [encodeUtf8(text)],
    parse: (input) => void parseCheckpoint(asText(input)),
    isExpected,
  },
  {
    name: 'tlog tile path',
    seeds: ['tile/0/x001/x234/067', 'tile/entries/273.p/112'].map(encodeUtf8),
    parse: (input) => void parseTilePath(asText(input)),
    isExpected,
  },
  {
    name: 'tlog entry bundle',
    seeds: [bundle],
    parse(input) {
      for (const width of [1, 2, 256]) decodeEntryBundle(input, width)
    },
    isExpected,
  },
  {
    name: 'tlog proof',
    seeds: [encodeTlogProof({ extra: encodeUtf8('{}'), index: 3, path, checkpoint: note })],
    parse: (input) => void decodeTlogProof(input),
    isExpected,
  },
  {
    name: 'tlog cosignature',
    seeds: [encodeTimestampedSignature('cosignature-ed25519', cosignature)],
    parse: (input) => void decodeTimestampedSignature('cosignature-ed25519', input),
    isExpected,
  },
  {
    name: 'tlog verifier key',
    seeds: [encodeUtf8(generateKey('ed25519').vkey)],
    parse: (input) => void parseVerifierKey(sha256, asText(input)),
    isExpected,
  },
]
