import { hash, importKey, openPublicKey, verify } from '@claviger/crypto'
import { createNoteVerifier, type NoteVerifier, parseVerifierKey } from '@claviger/tlog'

const KEYS_MAX = 100

export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data)

/** A log that is known by its keys. */
export interface KnownLog {
  readonly verifiers: readonly NoteVerifier[]
  readonly origin: string
}

/** Verifier keys (c2sp.org/signed-note), one a line; empty lines and those that begin with # are skipped. */
export function parseVerifierKeys(text: string): {
  readonly verifiers: readonly NoteVerifier[]
  readonly names: readonly string[]
} {
  const lines = text
    .split('\n', KEYS_MAX)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  return {
    verifiers: lines.map(verifierOf),
    names: lines.map((line) => parseVerifierKey(sha256, line).name),
  }
}

function verifierOf(vkey: string): NoteVerifier {
  return createNoteVerifier(sha256, vkey, {
    ed25519: ({ publicKey, message, signature }) =>
      verifyRaw('ed25519', publicKey, message, signature),
    mlDsa44: ({ publicKey, message, signature }) =>
      verifyRaw('ml-dsa-44', publicKey, message, signature),
  })
}

async function verifyRaw(
  spec: 'ed25519' | 'ml-dsa-44',
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const imported = await importKey('raw-public', publicKey, spec)
  if (imported.public === undefined) return false
  const mechanism = spec === 'ed25519' ? 'ed25519' : 'ml-dsa'
  return verify(openPublicKey(spec, imported.public), mechanism, { message }, signature)
}
