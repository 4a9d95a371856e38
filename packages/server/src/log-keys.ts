import { readFileSync } from 'node:fs'
import { BytesError, decodeBase64url, encodeBase64url } from '@claviger/bytes'
import { isKeeperError, KeeperError, SYSTEM_TENANT } from '@claviger/core'
import {
  exportKey,
  generateKey,
  hash,
  importKey,
  openKey,
  openPublicKey,
  sign,
  verify,
} from '@claviger/crypto'
import {
  createNoteSigner,
  createNoteVerifier,
  encodeVerifierKey,
  type NoteSigner,
  type NoteVerifier,
  type SignatureType,
  type VerifierKey,
} from '@claviger/tlog'
import type { Keyring } from './custody/software/keyring.ts'
import { replaceFile } from './listen/tls-files.ts'

/*
 * The keys that sign the audit log's checkpoints: Ed25519, and ML-DSA-44 as a cosignature that a quantum
 * computer does not forge. The private halves are wrapped under the system's KEK, so a copy of the disk
 * signs nothing; a sealed keeper appends entries and publishes their checkpoint once it is unsealed.
 */

const KINDS = [
  { type: 'ed25519', spec: 'ed25519', mechanism: 'ed25519' },
  { type: 'cosignature-ml-dsa-44', spec: 'ml-dsa-44', mechanism: 'ml-dsa' },
] as const satisfies readonly { type: SignatureType; spec: string; mechanism: string }[]

type Kind = (typeof KINDS)[number]

interface StoredKey {
  readonly type: SignatureType
  readonly publicKey: string
  readonly wrapped: string
}

const FORMAT = 'claviger-log-keys/1'

export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data)

/** Signers and verifiers of one log; the signers come with the unsealing and go with the sealing. */
export class LogKeys {
  readonly signers: NoteSigner[] = []
  readonly verifiers: NoteVerifier[] = []
  /** Verifier keys as text, for whoever checks the log without the keeper. */
  readonly vkeys: string[] = []
  readonly #path: string
  readonly #origin: string
  #stored: readonly StoredKey[] = []
  #made: ((vkeys: readonly string[]) => void) | undefined

  constructor(path: string, origin: string) {
    this.#path = path
    this.#origin = origin
    const text = readOptional(path)
    if (text === undefined) return
    const stored = parseFile(text, path)
    try {
      this.#install(stored)
    } catch (error) {
      throw damaged(path, error)
    }
  }

  /** Opens the private halves, making them first if there are none. */
  async unseal(keyring: Keyring, nowSeconds: () => number): Promise<void> {
    if (this.#stored.length === 0) await this.#create(keyring)
    this.signers.length = 0
    for (const [index, kind] of KINDS.entries()) {
      const stored = this.#stored[index] as StoredKey
      const secret = await this.#unwrap(keyring, kind, stored)
      const key = openKey(kind.spec, secret)
      secret.fill(0)
      const verifierKey = verifierKeyOf(this.#origin, kind, decodeBase64url(stored.publicKey))
      this.signers.push(
        createNoteSigner({
          sha256,
          key: verifierKey,
          nowSeconds,
          sign: (message) => sign(key, kind.mechanism, { message }),
        }),
      )
    }
  }

  /** Calls with the verifier keys when they are made; `made` must not throw. */
  onMade(made: (vkeys: readonly string[]) => void): void {
    this.#made = made
  }

  seal(): void {
    this.signers.length = 0
  }

  /** The private half; it vouches for the public one, which lies beside it in clear. */
  async #unwrap(
    keyring: Keyring,
    kind: Kind,
    { wrapped, publicKey }: StoredKey,
  ): Promise<Uint8Array> {
    let secret: Uint8Array
    try {
      secret = keyring.unwrap(SYSTEM_TENANT, bindingOf(kind), decodeBase64url(wrapped))
    } catch (error) {
      const isDamaged =
        error instanceof BytesError || (isKeeperError(error) && error.code === 'integrity')
      throw isDamaged ? damaged(this.#path, error) : error
    }
    const pair = await importKey('pkcs8', secret, kind.spec)
    pair.secret?.fill(0)
    if (encodeBase64url(pair.public ?? new Uint8Array()) === publicKey) return secret
    secret.fill(0)
    throw damaged(this.#path)
  }

  async #create(keyring: Keyring): Promise<void> {
    const stored: StoredKey[] = []
    for (const kind of KINDS) {
      const made = await generateKey(kind.spec)
      const { secret, public: publicKey } = made
      if (publicKey === undefined) throw new Error('a signature key is a pair')
      const wrapped = keyring.wrap(SYSTEM_TENANT, bindingOf(kind), secret)
      secret.fill(0)
      stored.push({
        type: kind.type,
        publicKey: encodeBase64url(publicKey),
        wrapped: encodeBase64url(wrapped),
      })
    }
    replaceFile(
      this.#path,
      `${JSON.stringify({ format: FORMAT, keys: stored }, undefined, 2)}\n`,
      0o600,
    )
    this.#install(stored)
    this.#made?.(this.vkeys)
  }

  #install(stored: readonly StoredKey[]): void {
    this.#stored = stored
    for (const [index, kind] of KINDS.entries()) {
      const vkey = vkeyOf(this.#origin, kind, stored[index] as StoredKey)
      this.vkeys.push(vkey)
      this.verifiers.push(logVerifier(vkey))
    }
  }
}

function bindingOf(kind: Kind) {
  return {
    kind: 'content',
    tenant: SYSTEM_TENANT,
    object: `log-key-${kind.type}`,
    objectKind: 'log-key',
    generation: 1,
  } as const
}

/** The note formats want the raw public key, not its SubjectPublicKeyInfo. */
function verifierKeyOf(name: string, kind: Kind, spki: Uint8Array): VerifierKey {
  const imported = importKey('spki', spki)
  if (imported instanceof Promise) throw new Error('a public key is imported synchronously')
  return { name, type: kind.type, publicKey: exportKey(imported, 'raw-public') }
}

/** The verifier keys in the text of a file of log keys, for the log named `origin`. */
export function verifierKeysIn(text: string, origin: string): readonly string[] {
  const stored = parseFile(text, 'log-keys.json')
  return KINDS.map((kind, index) => vkeyOf(origin, kind, stored[index] as StoredKey))
}

function vkeyOf(origin: string, kind: Kind, { publicKey }: StoredKey): string {
  return encodeVerifierKey(sha256, verifierKeyOf(origin, kind, decodeBase64url(publicKey)))
}

/** Verifies either kind of signature, for the keeper itself and for the offline commands. */
export function logVerifier(vkey: string): NoteVerifier {
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
  const key = openPublicKey(spec, imported.public as Uint8Array)
  return verify(key, spec === 'ed25519' ? 'ed25519' : 'ml-dsa', { message }, signature)
}

function parseFile(text: string, path: string): readonly StoredKey[] {
  try {
    const file = JSON.parse(text) as { format?: unknown; keys?: readonly Partial<StoredKey>[] }
    const complete = KINDS.every(({ type }, index) => {
      const key = file.keys?.[index]
      return (
        key?.type === type && typeof key.publicKey === 'string' && typeof key.wrapped === 'string'
      )
    })
    if (file.format === FORMAT && complete) return file.keys as readonly StoredKey[]
  } catch {
    // falls through to the one answer
  }
  throw damaged(path)
}

function damaged(path: string, cause?: unknown): KeeperError {
  const message = `${path} is not the file of this keeper's log keys; put it back from a backup`
  return new KeeperError('integrity', message, { cause })
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
