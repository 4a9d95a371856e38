import { type EncryptResult, KeeperError, type Mechanism, type OpenMaterial } from '@claviger/core'
import type { Proxy, ProxyClient, ProxyRequestMetadata } from './proxy-client.ts'
import { decodeSealedFrame, encodeSealedFrame } from './sealed-frame.ts'

export interface XksMaterialOptions {
  /** The keeper's own key, which encrypts first and decrypts last. */
  readonly inner: OpenMaterial
  readonly client: ProxyClient
  readonly externalId: string
  readonly metadata: ProxyRequestMetadata
  /** Lends the proxy with its credential for one request. */
  readonly use: <Result>(run: (proxy: Proxy) => Promise<Result>) => Promise<Result>
}

const MECHANISM = 'aes-gcm'
const NOTHING = new Uint8Array()
/** What every proxy takes (specification, Encrypt), without the tag of the inner encryption. */
const PLAINTEXT_BYTES_MAX = 4_300 - 16
const AAD_BYTES_MAX = 8_192

/** A key behind a proxy, for one call. */
export class XksMaterial implements OpenMaterial {
  readonly #options: XksMaterialOptions

  constructor(options: XksMaterialOptions) {
    this.#options = options
  }

  async encrypt(
    mechanism: Mechanism,
    plaintext: Uint8Array,
    aad: Uint8Array = NOTHING,
    iv?: Uint8Array,
  ): Promise<EncryptResult> {
    if (mechanism !== MECHANISM || iv !== undefined) throw unsupported()
    assertSize(plaintext, PLAINTEXT_BYTES_MAX, 'a plaintext')
    assertSize(aad, AAD_BYTES_MAX, 'the associated data')
    const { inner, client, externalId, metadata, use } = this.#options
    const within = await inner.encrypt(MECHANISM, plaintext, aad)
    const sealed = await use((proxy) =>
      client.encrypt(proxy, externalId, { plaintext: within.ciphertext, aad }, metadata),
    )
    return { iv: within.iv, ciphertext: encodeSealedFrame(sealed) }
  }

  async decrypt(
    mechanism: Mechanism,
    iv: Uint8Array,
    ciphertext: Uint8Array,
    aad: Uint8Array = NOTHING,
  ): Promise<Uint8Array> {
    if (mechanism !== MECHANISM) throw unsupported()
    assertSize(aad, AAD_BYTES_MAX, 'the associated data')
    const { inner, client, externalId, metadata, use } = this.#options
    const sealed = decodeSealedFrame(ciphertext)
    const within = await use((proxy) =>
      client.decrypt(proxy, externalId, { sealed, aad }, metadata),
    )
    // A proxy that answers with something else than it was given is found out here.
    return inner.decrypt(MECHANISM, iv, within, aad)
  }

  sign = unsupportedCall
  verify = unsupportedCall
  mac = unsupportedCall
  verifyMac = unsupportedCall
  wrap = unsupportedCall
  unwrap = unsupportedCall
  wrapMaterial = unsupportedCall
  derive = unsupportedCall
  agree = unsupportedCall
  encapsulate = unsupportedCall
  decapsulate = unsupportedCall
}

function unsupported(): KeeperError {
  return new KeeperError(
    'unsupported',
    'a key behind a proxy encrypts and decrypts by AES-GCM only',
  )
}

function unsupportedCall(): never {
  throw unsupported()
}

function assertSize(bytes: Uint8Array, bytesMax: number, what: string): void {
  if (bytes.length <= bytesMax) return
  throw new KeeperError(
    'too-large',
    `${what} for a key behind a proxy has at most ${bytesMax} bytes; use a data key for more`,
  )
}
