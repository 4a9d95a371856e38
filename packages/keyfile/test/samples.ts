import { generateKeyPairSync } from 'node:crypto'
import type { KeyFileEntry } from '../src/index.ts'

/** Fast in a test; nobody's default. */
export const FEW = 3

export const EC_PKCS8 = new Uint8Array(
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  }).privateKey,
)

export const SECRET: KeyFileEntry = {
  kind: 'secret-key',
  alias: 'aes',
  algorithm: 'AES',
  key: new Uint8Array(32).fill(7),
}

export const PRIVATE: KeyFileEntry = {
  kind: 'private-key',
  alias: 'tls',
  pkcs8: EC_PKCS8,
  chain: [],
}
