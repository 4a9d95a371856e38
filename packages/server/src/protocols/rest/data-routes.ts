import type { Action } from '@claviger/core'
import type { DataVerb } from './schema/data.ts'

/** A data operation's route: always `POST /v1/keys/{key}/<segment>`. */
export interface DataRoute {
  readonly segment: string
  readonly action: Action
  readonly summary: string
}

/** Free of schemas, because it is loaded before the first request; `schema/data.ts` has theirs. */
export const DATA_ROUTES = {
  encrypt: { segment: 'encrypt', action: 'key.encrypt', summary: 'Encrypt data' },
  decrypt: { segment: 'decrypt', action: 'key.decrypt', summary: 'Decrypt data' },
  reEncrypt: {
    segment: 're-encrypt',
    action: 'key.re-encrypt-from',
    summary: 'Move a ciphertext to the current version or another key',
  },
  sign: { segment: 'sign', action: 'key.sign', summary: 'Sign a message or a digest' },
  verify: { segment: 'verify', action: 'key.verify', summary: 'Check a signature' },
  mac: { segment: 'mac', action: 'key.mac', summary: 'Authenticate a message' },
  verifyMac: {
    segment: 'verify-mac',
    action: 'key.verify-mac',
    summary: 'Check a message authentication code',
  },
  wrap: { segment: 'wrap', action: 'key.wrap', summary: 'Wrap key material' },
  unwrap: { segment: 'unwrap', action: 'key.unwrap', summary: 'Unwrap key material' },
  generateDataKey: {
    segment: 'generate-data-key',
    action: 'key.generate-data-key',
    summary: 'A fresh data key, in clear and encrypted',
  },
  generateDataKeyPair: {
    segment: 'generate-data-key-pair',
    action: 'key.generate-data-key-pair',
    summary: 'A fresh pair, its private half in clear and encrypted',
  },
  derive: { segment: 'derive', action: 'key.derive', summary: 'Derive keying material' },
  agree: { segment: 'agree', action: 'key.agree', summary: 'A shared secret with a peer' },
  encapsulate: {
    segment: 'encapsulate',
    action: 'key.encapsulate',
    summary: 'A fresh shared secret and its encapsulation',
  },
  decapsulate: {
    segment: 'decapsulate',
    action: 'key.decapsulate',
    summary: 'The shared secret of an encapsulation',
  },
} as const satisfies Readonly<Record<DataVerb, DataRoute>>
