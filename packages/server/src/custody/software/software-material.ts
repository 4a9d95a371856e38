import {
  type DeriveParameters,
  type EncryptResult,
  KeeperError,
  type MaybePromise,
  type Mechanism,
  type OpenMaterial,
  type SignatureOptions,
} from '@claviger/core'
import {
  agree,
  decapsulate,
  decrypt,
  type DeriveInput,
  type DeriveMechanism,
  deriveKey,
  encapsulate,
  encrypt,
  type EncryptMechanism,
  mac,
  type MacMechanism,
  type OpenKey,
  sign,
  type SignInput,
  type SignMechanism,
  unwrapKey,
  verify,
  verifyMac,
  wrapKey,
  type WrapMechanism,
} from '@claviger/crypto'
import { withKeeperErrors } from './keeper-error.ts'
import type { LockedBytes } from './locked-memory.ts'

/** Lends the secret bytes of a key for one call and wipes what it had to unwrap for it. */
export type SecretLender = <Result>(use: (secret: Uint8Array) => Result) => Result

/**
 * A key opened in this process. Symmetric bytes and seeds lie in locked memory; private keys lie in
 * OpenSSL's secure heap, where the algorithm's implementation uses it. Which mechanisms fit which key is
 * checked by the crypto package: a cast below only tells the compiler that it will be.
 */
export class SoftwareMaterial implements OpenMaterial {
  readonly #key: OpenKey
  readonly #locked: LockedBytes | undefined
  readonly #lend: SecretLender | undefined

  /** @param lend absent for public halves, which have no secret to wrap */
  constructor(key: OpenKey, locked?: LockedBytes, lend?: SecretLender) {
    this.#key = key
    this.#locked = locked
    this.#lend = lend
  }

  /** Wipes it; every later use is refused. */
  close(): void {
    this.#key.wipe()
    this.#locked?.free()
  }

  encrypt(
    mechanism: Mechanism,
    plaintext: Uint8Array,
    aad?: Uint8Array,
    iv?: Uint8Array,
  ): MaybePromise<EncryptResult> {
    return withKeeperErrors(() =>
      encrypt(this.#key, mechanism as EncryptMechanism, {
        plaintext,
        ...(aad !== undefined && aad.length > 0 && { aad }),
        ...(iv !== undefined && { iv }),
      }),
    )
  }

  decrypt(
    mechanism: Mechanism,
    iv: Uint8Array,
    ciphertext: Uint8Array,
    aad?: Uint8Array,
  ): MaybePromise<Uint8Array> {
    return withKeeperErrors(() =>
      decrypt(this.#key, mechanism as EncryptMechanism, {
        ciphertext,
        iv,
        ...(aad !== undefined && aad.length > 0 && { aad }),
      }),
    )
  }

  sign(
    mechanism: Mechanism,
    message: Uint8Array,
    options: SignatureOptions,
  ): MaybePromise<Uint8Array> {
    return withKeeperErrors(() =>
      sign(this.#key, mechanism as SignMechanism, signInput(message, options)),
    )
  }

  verify(
    mechanism: Mechanism,
    message: Uint8Array,
    signature: Uint8Array,
    options: SignatureOptions,
  ): MaybePromise<boolean> {
    return withKeeperErrors(() =>
      verify(this.#key, mechanism as SignMechanism, signInput(message, options), signature),
    )
  }

  mac(mechanism: Mechanism, message: Uint8Array): Uint8Array {
    return withKeeperErrors(() => mac(this.#key, mechanism as MacMechanism, message))
  }

  verifyMac(mechanism: Mechanism, message: Uint8Array, tag: Uint8Array): boolean {
    return withKeeperErrors(() => verifyMac(this.#key, mechanism as MacMechanism, message, tag))
  }

  wrap(mechanism: Mechanism, material: Uint8Array, aad?: Uint8Array): MaybePromise<Uint8Array> {
    return withKeeperErrors(() =>
      wrapKey(this.#key, mechanism as WrapMechanism, material, wrapOptions(aad)),
    )
  }

  unwrap(mechanism: Mechanism, wrapped: Uint8Array, aad?: Uint8Array): MaybePromise<Uint8Array> {
    return withKeeperErrors(() =>
      unwrapKey(this.#key, mechanism as WrapMechanism, wrapped, wrapOptions(aad)),
    )
  }

  wrapMaterial(
    mechanism: Mechanism,
    target: OpenMaterial,
    aad?: Uint8Array,
  ): MaybePromise<Uint8Array> {
    if (!(target instanceof SoftwareMaterial)) {
      throw new KeeperError(
        'unsupported',
        'the key to wrap is kept elsewhere than the wrapping key',
      )
    }
    if (target.#lend === undefined) {
      throw new KeeperError('unsupported', 'a public key needs no wrapping; read it instead')
    }
    return target.#lend((secret) => this.wrap(mechanism, secret, aad))
  }

  derive(mechanism: Mechanism, parameters: DeriveParameters): Uint8Array {
    return withKeeperErrors(() =>
      deriveKey(this.#key, mechanism as DeriveMechanism, deriveInput(mechanism, parameters)),
    )
  }

  agree(mechanism: Mechanism, peerPublicKey: Uint8Array): MaybePromise<Uint8Array> {
    const own =
      mechanism === this.#key.spec || (mechanism === 'ecdh' && this.#key.spec.startsWith('ec-'))
    if (!own) throw new KeeperError('unsupported', `this key does not agree by ${mechanism}`)
    return withKeeperErrors(() => agree(this.#key, peerPublicKey))
  }

  encapsulate(
    mechanism: Mechanism,
  ): MaybePromise<{ ciphertext: Uint8Array; sharedSecret: Uint8Array }> {
    this.#assertKem(mechanism)
    return withKeeperErrors(() => encapsulate(this.#key))
  }

  decapsulate(mechanism: Mechanism, ciphertext: Uint8Array): MaybePromise<Uint8Array> {
    this.#assertKem(mechanism)
    return withKeeperErrors(() => decapsulate(this.#key, ciphertext))
  }

  toJSON(): string {
    return '[secret]'
  }

  #assertKem(mechanism: Mechanism): void {
    const { spec } = this.#key
    if (mechanism === 'ml-kem' ? spec.startsWith('ml-kem-') : mechanism === spec) return
    throw new KeeperError('unsupported', `this key does not encapsulate by ${mechanism}`)
  }
}

function signInput(message: Uint8Array, options: SignatureOptions): SignInput {
  const { context, format, prehashed } = options
  const rest = {
    ...(context !== undefined && { context }),
    ...(format !== undefined && { format }),
  }
  return prehashed === true ? { digest: message, ...rest } : { message, ...rest }
}

function wrapOptions(aad: Uint8Array | undefined): { aad?: Uint8Array } {
  return aad === undefined || aad.length === 0 ? {} : { aad }
}

/** HKDF and the one-step KDFs have one field of information, which is the context here. */
function deriveInput(mechanism: Mechanism, parameters: DeriveParameters): DeriveInput {
  const { lengthBytes, salt, label, context } = parameters
  if (mechanism.startsWith('kbkdf-')) {
    return {
      lengthBytes,
      ...(label !== undefined && { label }),
      ...(context !== undefined && { context }),
      ...(salt !== undefined && { salt }),
    }
  }
  if (label !== undefined) {
    throw new KeeperError('invalid-input', `${mechanism} takes no label; give the info as context`)
  }
  return {
    lengthBytes,
    ...(context !== undefined && { info: context }),
    ...(salt !== undefined && { salt }),
  }
}
