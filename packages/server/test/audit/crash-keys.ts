import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  createNoteSigner,
  createNoteVerifier,
  encodeVerifierKey,
  type NoteSigner,
  type NoteVerifier,
} from '@claviger/tlog'
import { algorithms, ORIGIN, sha256 } from '../../../tlog/test/memory-log.ts'

/** One Ed25519 log key out of a PEM file, so that a process and the one after it share it. */
export function loadKeys(file: string): { signers: NoteSigner[]; verifiers: NoteVerifier[] } {
  const privateKey = createPrivateKey(readFileSync(file))
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const key = {
    name: ORIGIN,
    type: 'ed25519',
    publicKey: new Uint8Array(spki.subarray(12)),
  } as const
  const signer = createNoteSigner({
    sha256,
    key,
    sign: (message) => sign(null, message, privateKey),
    nowSeconds: () => 0,
  })
  const vkey = encodeVerifierKey(sha256, key)
  return { signers: [signer], verifiers: [createNoteVerifier(sha256, vkey, algorithms)] }
}
