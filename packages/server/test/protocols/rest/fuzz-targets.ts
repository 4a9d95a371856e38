import { isKeeperError } from '@claviger/core'
import { parseDataRequest } from '../../../src/protocols/rest/hot/data-request.ts'
import { DATA_OPERATIONS } from '../../../src/protocols/rest/hot/data-verbs.ts'
import { parseJsonObject } from '../../../src/protocols/rest/json.ts'
import { DATA_VERBS } from '../../../src/protocols/rest/schema/data.ts'

export interface FuzzTarget {
  readonly name: string
  readonly seeds: readonly Uint8Array[]
  parse(input: Uint8Array): void
  isExpected(error: unknown): boolean
}

const SEEDS = [
  '{"plaintext":"aGVsbG8=","context":{"a":"b"},"mechanism":"aes-gcm"}',
  '{"items":[{"plaintext":""},{"plaintext":"AAAA","aad":"AA=="}],"acknowledgeRisk":true}',
  '{"ciphertext":"clv1:wQABAaIKXk-hdDC0wwHgPJukMAAAAAEMfznpKuuNNVmtK_LWD3-kyGxnTnMeqHTrg4XwuIXyldGU"}',
  '{"message":"aGk=","signature":"AAAA","format":"p1363","version":3,"prehashed":true}',
  '{"lengthBytes":32,"salt":"AA==","label":"AA==","derivationContext":"","withoutPlaintext":false}',
  '{"spec":"ec-p256","context":{"\\u00e4\\n":"\\ud83d\\ude00"}}',
  '{"a":[[[{"b":[1.5e3,null,"\\"\\\\"]}]]]}',
].map((text) => new Uint8Array(Buffer.from(text)))

const isExpected = (error: unknown): boolean =>
  isKeeperError(error) && (error.code === 'invalid-input' || error.code === 'too-large')

/** The parsers that see a body before anything else does. */
export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'rest/json',
    seeds: SEEDS,
    parse: (input) => void parseJsonObject(Buffer.from(input)),
    isExpected,
  },
  ...DATA_VERBS.map((verb) => ({
    name: `rest/${verb}`,
    seeds: SEEDS,
    parse: (input: Uint8Array) => void parseDataRequest(DATA_OPERATIONS[verb], Buffer.from(input)),
    isExpected,
  })),
]
