import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from '@claviger/bytes'
import {
  type ApprovalCrypto,
  type ApproverKey,
  type ApproverKeyAlgorithm,
  KeeperError,
} from '@claviger/core'
import {
  CryptoError,
  hashHex,
  importKey,
  type ImportedKey,
  openPublicKey,
  type SignatureFormat,
  verify,
} from '@claviger/crypto'
import { credentialText, type RelyingParty, rawOfCose, verifyAssertion } from './passkeys.ts'

const SPECS = { ed25519: 'ed25519', 'ecdsa-p256': 'ec-p256' } as const satisfies Record<
  ApproverKeyAlgorithm,
  string
>
const P256_RAW_BYTES = 64

/** Approvers' keys and signatures, by OpenSSL; assertions of passkeys where `party` says whose they are. */
export function createApprovalCrypto(party?: RelyingParty): ApprovalCrypto {
  return {
    digest: (content) =>
      hashHex('sha256', typeof content === 'string' ? encodeUtf8(content) : content),
    readKey: (encoded) => keyOf(readPublicKey(encoded, importEncoded)),
    readPasskey: (credential, publicKey) => {
      if (party === undefined) {
        throw new KeeperError(
          'unsupported',
          'the keeper is not set up for passkeys: `passkeys.rp-id`',
        )
      }
      const passkey = { credential: credentialText(credential) }
      return { ...keyOf(readPublicKey(publicKey, importPasskey)), passkey }
    },
    verify: async (key, text, { signature, assertion }) => {
      const message = encodeUtf8(text)
      if (key.passkey === undefined) {
        return assertion === undefined && isBy(key, message, signature) ? {} : undefined
      }
      if (party === undefined || assertion === undefined) return undefined
      return verifyAssertion(party, key, message, assertion, signature)
    },
  }
}

function keyOf({ spec, public: publicKey }: ImportedKey): Omit<ApproverKey, 'addedAt'> {
  const algorithm = (Object.keys(SPECS) as ApproverKeyAlgorithm[]).find(
    (name) => SPECS[name] === spec,
  )
  if (algorithm === undefined || publicKey === undefined) throw notAKey()
  return { id: hashHex('sha256', publicKey), algorithm, publicKey: encodeBase64(publicKey) }
}

function isBy(key: ApproverKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.algorithm === 'ed25519') return isSignature(key, 'ed25519', { message }, signature)
  // A DER signature may happen to be as long as a raw one.
  const formats: readonly SignatureFormat[] =
    signature.length === P256_RAW_BYTES ? ['p1363', 'der'] : ['der']
  return formats.some((format) => isSignature(key, 'ecdsa-sha256', { message, format }, signature))
}

function isSignature(
  { algorithm, publicKey }: ApproverKey,
  mechanism: 'ed25519' | 'ecdsa-sha256',
  input: { readonly message: Uint8Array; readonly format?: SignatureFormat },
  signature: Uint8Array,
): boolean {
  const opened = openPublicKey(SPECS[algorithm], decodeBase64(publicKey))
  return verify(opened, mechanism, input, signature) === true
}

/** By `read`; a private key is not let near. */
function readPublicKey(encoded: Uint8Array, read: typeof importEncoded): ImportedKey {
  try {
    const key = read(encoded)
    if (!(key instanceof Promise) && key.secret === undefined) return key
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    throw notAKey(error)
  }
  throw new KeeperError('invalid-input', 'that is a private key: keep it, and give the public one')
}

/** PEM or DER. */
function importEncoded(encoded: Uint8Array): ReturnType<typeof importKey> {
  const isPem = encoded[0] === 0x2d
  return isPem ? importKey('pem', decodeUtf8(encoded)) : importKey('spki', encoded)
}

/** As an authenticator gives it, or as a browser does (`getPublicKey`, WebAuthn §5.2.1). */
function importPasskey(encoded: Uint8Array): ReturnType<typeof importKey> {
  const raw = rawOfCose(encoded)
  return raw === undefined
    ? importKey('spki', encoded)
    : importKey('raw-public', raw.bytes, raw.spec)
}

function notAKey(cause?: unknown): KeeperError {
  return new KeeperError('invalid-input', 'an approver has a public key of Ed25519 or P-256', {
    cause,
  })
}
