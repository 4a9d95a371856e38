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

const SPECS = { ed25519: 'ed25519', 'ecdsa-p256': 'ec-p256' } as const satisfies Record<
  ApproverKeyAlgorithm,
  string
>
const P256_RAW_BYTES = 64

/** Approvers' keys and signatures, by OpenSSL. */
export const approvalCrypto: ApprovalCrypto = {
  digest: (content) =>
    hashHex('sha256', typeof content === 'string' ? encodeUtf8(content) : content),
  readKey: (encoded) => {
    const { spec, public: publicKey } = readPublicKey(encoded)
    const algorithm = (Object.keys(SPECS) as ApproverKeyAlgorithm[]).find(
      (name) => SPECS[name] === spec,
    )
    if (algorithm === undefined || publicKey === undefined) throw notAKey()
    return { id: hashHex('sha256', publicKey), algorithm, publicKey: encodeBase64(publicKey) }
  },
  verify: (key, text, signature) => {
    const message = encodeUtf8(text)
    if (key.algorithm === 'ed25519') return isBy(key, 'ed25519', { message }, signature)
    // A DER signature may happen to be as long as a raw one.
    const formats: readonly SignatureFormat[] =
      signature.length === P256_RAW_BYTES ? ['p1363', 'der'] : ['der']
    return formats.some((format) => isBy(key, 'ecdsa-sha256', { message, format }, signature))
  },
}

function isBy(
  { algorithm, publicKey }: ApproverKey,
  mechanism: 'ed25519' | 'ecdsa-sha256',
  input: { readonly message: Uint8Array; readonly format?: SignatureFormat },
  signature: Uint8Array,
): boolean {
  const opened = openPublicKey(SPECS[algorithm], decodeBase64(publicKey))
  return verify(opened, mechanism, input, signature) === true
}

/** PEM or DER; a private key is not let near. */
function readPublicKey(encoded: Uint8Array): ImportedKey {
  try {
    const isPem = encoded[0] === 0x2d
    const read = isPem ? importKey('pem', decodeUtf8(encoded)) : importKey('spki', encoded)
    if (!(read instanceof Promise) && read.secret === undefined) return read
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error
    throw notAKey(error)
  }
  throw new KeeperError('invalid-input', 'that is a private key: keep it, and give the public one')
}

function notAKey(cause?: unknown): KeeperError {
  return new KeeperError('invalid-input', 'an approver has a public key of Ed25519 or P-256', {
    cause,
  })
}
