// What a mutation fuzzer runs: each parser either returns or throws this package's error.
import {
  decodeEncryptedPkcs8,
  decodePkcs12,
  encodeEncryptedPkcs8,
  encodePkcs12,
  KeyFileError,
} from '../src/index.ts'
import { DerReader } from '../src/der-reader.ts'
import { encodeElement, encodeSequence } from '../src/der-writer.ts'
import { Effort } from '../src/effort.ts'
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

/** What is inside a safe, which a mutated file's MAC would keep from being reached. */
const SAFE = encodeSequence(
  ...[PRIVATE, SECRET].flatMap((entry) => keyBags(entry, Passphrase.of(passphrase), FEW)),
  ...certificateBags([{ kind: 'certificate', alias: 'ca', certificate: encodeSequence() }]),
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
    name: 'keyfile der',
    seeds: [Uint8Array.of(0x30, 0x80, 0x24, 0x80, 4, 1, 7, 0, 0, 0, 0), encodeElement(0x30)],
    parse(input) {
      const reader = new DerReader(input)
      while (!reader.isAtEnd) reader.sequence().octetString()
    },
    isExpected,
  },
]
