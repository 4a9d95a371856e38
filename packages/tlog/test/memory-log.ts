// A log in memory, tiled by the definitions of RFC 6962 and tlog-tiles rather than by the code under test.
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import {
  createNoteSigner,
  createNoteVerifier,
  encodeCheckpoint,
  encodeEntryBundle,
  encodeVerifierKey,
  type NoteSigner,
  type NoteVerifier,
  type Sha256,
  signNote,
  type SignatureType,
  type TileSource,
  type VerifyMessage,
} from '../src/index.ts'

export const ORIGIN = 'log.example/audit'

export const sha256: Sha256 = (data) => new Uint8Array(createHash('sha256').update(data).digest())

const SPKI_PREFIX_BYTES = { ed25519: 12, 'ml-dsa-44': 22 } as const

const verifyRaw =
  (algorithm: 'ed25519' | 'ml-dsa-44'): VerifyMessage =>
  ({ publicKey, message, signature }) => {
    const jwk =
      algorithm === 'ed25519'
        ? { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') }
        : { kty: 'AKP', alg: 'ML-DSA-44', pub: Buffer.from(publicKey).toString('base64url') }
    return verify(null, message, { key: jwk, format: 'jwk' }, signature)
  }

export const algorithms = { ed25519: verifyRaw('ed25519'), mlDsa44: verifyRaw('ml-dsa-44') }

export interface TestKey {
  readonly signer: NoteSigner
  readonly verifier: NoteVerifier
  readonly vkey: string
}

export function generateKey(type: SignatureType, name = ORIGIN, seconds = 1_700_000_000): TestKey {
  const algorithm = type === 'cosignature-ml-dsa-44' ? 'ml-dsa-44' : 'ed25519'
  const pair = generateKeyPairSync(algorithm as 'ed25519')
  const spki = pair.publicKey.export({ format: 'der', type: 'spki' })
  const key = { name, type, publicKey: spki.subarray(SPKI_PREFIX_BYTES[algorithm]) }
  const vkey = encodeVerifierKey(sha256, key)
  const signer = createNoteSigner({
    sha256,
    key,
    sign: (message) => sign(null, message, pair.privateKey),
    nowSeconds: () => seconds,
  })
  return { signer, verifier: createNoteVerifier(sha256, vkey, algorithms), vkey }
}

/** MTH of RFC 6962 §2.1, word for word. */
export function merkleTreeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves
  if (first === undefined) return sha256(new Uint8Array(0))
  if (leaves.length === 1) return sha256(Buffer.concat([Uint8Array.of(0), first]))
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const left = merkleTreeHash(leaves.slice(0, split))
  const right = merkleTreeHash(leaves.slice(split))
  return sha256(Buffer.concat([Uint8Array.of(1), left, right]))
}

export class MemoryLog implements TileSource {
  readonly files = new Map<string, Uint8Array>()

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.files.get(path)
  }

  /** Writes the tiles of a tree of `entries`, with the partial ones of this size. */
  tile(entries: readonly Uint8Array[]): this {
    for (let level = 0; 256 ** level <= entries.length; level++) {
      const span = 256 ** level
      const hashes = Array.from({ length: Math.floor(entries.length / span) }, (_, index) =>
        merkleTreeHash(entries.slice(index * span, (index + 1) * span)),
      )
      for (let at = 0; at < hashes.length; at += 256) {
        const part = hashes.slice(at, at + 256)
        this.files.set(tileName(String(level), at / 256, part.length), Buffer.concat(part))
      }
    }
    for (let at = 0; at < entries.length; at += 256) {
      const part = entries.slice(at, at + 256)
      this.files.set(tileName('entries', at / 256, part.length), encodeEntryBundle(part))
    }
    return this
  }

  async sign(entries: readonly Uint8Array[], signers: readonly NoteSigner[]): Promise<Uint8Array> {
    const root = merkleTreeHash(entries)
    const text = encodeCheckpoint({ origin: ORIGIN, size: entries.length, root })
    const note = await signNote(text, signers)
    this.files.set('checkpoint', note)
    return note
  }
}

function tileName(level: string, index: number, width: number): string {
  // Small trees only: one group of digits is enough, and keeps this independent of encodeTilePath.
  const name = `tile/${level}/${String(index).padStart(3, '0')}`
  return width === 256 ? name : `${name}.p/${width}`
}

export function makeEntries(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => Buffer.from(`{"id":"event-${index}"}`))
}
