import type { KeyId, ObjectId, TenantId } from '../id.ts'
import type { WrappedMaterial } from '../key/key.ts'
import type { MaterialPlace } from '../key/material-place.ts'
import type { Mechanism } from '../key/mechanism.ts'
import type { Purpose } from '../key/purpose.ts'
import type { KeySpec } from '../key/spec.ts'
import type { Permit } from '../policy/permit.ts'
import type { RequestContext, Session } from '../principal/principal.ts'

export type MaybePromise<T> = T | Promise<T>

/** Everything a wrapped record is bound to: a record moved or edited does not open. */
export interface MaterialBinding {
  readonly tenant: TenantId
  readonly key: KeyId
  readonly version: number
  readonly spec: KeySpec
  readonly purpose: Purpose
  readonly generation: number
}

/** On whose behalf material is opened: some custodies have to tell somebody else. */
export interface MaterialUser {
  readonly session: Session
  /** Absent while a key is made. */
  readonly request?: RequestContext
}

export interface StoredMaterial {
  readonly binding: MaterialBinding
  /** Absent for what the keeper keeps by itself. */
  readonly place?: MaterialPlace
  readonly material?: WrappedMaterial
  readonly publicKey?: string
}

export interface NewMaterial {
  /** Absent for a public-only import. */
  readonly material?: WrappedMaterial
  readonly publicKey?: string
  /** Empty where there is no material yet. */
  readonly checkValue: string
  /** The whole of what the check value is the beginning of, in hex. */
  readonly materialId?: string
}

export type ImportFormat = 'raw' | 'pkcs8' | 'spki' | 'jwk' | 'pem'

export interface EncryptResult {
  readonly iv: Uint8Array
  /** With the tag at the end for AEADs. */
  readonly ciphertext: Uint8Array
}

/** `format` matters for ECDSA only; `context` for Ed*ph, ML-DSA and SLH-DSA (FIPS 204 §5.2). */
export interface SignatureOptions {
  readonly format?: 'der' | 'p1363'
  readonly context?: Uint8Array
  /** The input is a digest by the mechanism's hash (for ML-DSA: the 64-byte external mu). */
  readonly prehashed?: boolean
}

export interface DeriveParameters {
  readonly lengthBytes: number
  readonly salt?: Uint8Array
  readonly label?: Uint8Array
  readonly context?: Uint8Array
}

/**
 * Opened key material: a capability, not bytes. What a custody or a key cannot do throws `unsupported`.
 * Methods are synchronous unless the work takes longer than about 150 µs.
 */
export interface OpenMaterial {
  encrypt(
    mechanism: Mechanism,
    plaintext: Uint8Array,
    aad?: Uint8Array,
    iv?: Uint8Array,
  ): MaybePromise<EncryptResult>
  decrypt(
    mechanism: Mechanism,
    iv: Uint8Array,
    ciphertext: Uint8Array,
    aad?: Uint8Array,
  ): MaybePromise<Uint8Array>
  sign(
    mechanism: Mechanism,
    message: Uint8Array,
    options: SignatureOptions,
  ): MaybePromise<Uint8Array>
  verify(
    mechanism: Mechanism,
    message: Uint8Array,
    signature: Uint8Array,
    options: SignatureOptions,
  ): MaybePromise<boolean>
  mac(mechanism: Mechanism, message: Uint8Array): MaybePromise<Uint8Array>
  verifyMac(mechanism: Mechanism, message: Uint8Array, mac: Uint8Array): MaybePromise<boolean>
  wrap(mechanism: Mechanism, material: Uint8Array, aad?: Uint8Array): MaybePromise<Uint8Array>
  unwrap(mechanism: Mechanism, wrapped: Uint8Array, aad?: Uint8Array): MaybePromise<Uint8Array>
  /** Wraps another opened key without its bytes passing through the domain. */
  wrapMaterial(
    mechanism: Mechanism,
    target: OpenMaterial,
    aad?: Uint8Array,
  ): MaybePromise<Uint8Array>
  derive(mechanism: Mechanism, parameters: DeriveParameters): MaybePromise<Uint8Array>
  agree(mechanism: Mechanism, peerPublicKey: Uint8Array): MaybePromise<Uint8Array>
  encapsulate(
    mechanism: Mechanism,
  ): MaybePromise<{ ciphertext: Uint8Array; sharedSecret: Uint8Array }>
  decapsulate(mechanism: Mechanism, ciphertext: Uint8Array): MaybePromise<Uint8Array>
}

/** Everything that the wrapped content of an object (secret data, opaque data) is bound to. */
export interface ContentBinding {
  readonly tenant: TenantId
  readonly object: ObjectId
  readonly kind: string
  readonly generation: number
}

/** Where key material lives: software, an HSM, a TPM, another keeper. */
export interface Custody {
  readonly name: string
  /** Throws `sealed` while the root key is not there, `tenant-sealed` while the tenant's own seal is not open. */
  assertReady(tenant?: TenantId): void
  /** At a place, `custody-unavailable` when the key cannot be used there. */
  generate(
    binding: MaterialBinding,
    place?: MaterialPlace,
    user?: MaterialUser,
  ): MaybePromise<NewMaterial>
  /** Validates everything about the key; `invalid-input` names what is wrong with it. */
  import(
    binding: MaterialBinding,
    format: ImportFormat,
    data: Uint8Array,
  ): MaybePromise<NewMaterial>
  /** What a would-be import holds, before a binding for it exists. */
  inspect(
    format: ImportFormat,
    data: Uint8Array,
  ): MaybePromise<{ readonly spec: KeySpec; readonly half: 'secret' | 'public' }>
  /**
   * Cached: synchronous when the material is already open. `integrity` when the record does not open,
   * `custody-unavailable` while whoever else keeps it does not answer.
   */
  open(permit: Permit, stored: StoredMaterial, user?: MaterialUser): MaybePromise<OpenMaterial>
  /** The public half alone; never touches the wrapped record. */
  openPublic(permit: Permit, stored: StoredMaterial): MaybePromise<OpenMaterial>
  /** Wraps bytes that are not a key under the tenant's KEK, like material. */
  wrapContent(binding: ContentBinding, content: Uint8Array): WrappedMaterial
  /** `integrity` when the record does not open. The caller wipes the answer. */
  openContent(permit: Permit, binding: ContentBinding, wrapped: WrappedMaterial): Uint8Array
  /** Wipes what is open of a key, or of one version, before it returns. */
  evict(key: KeyId, version?: number): void
  /** The same material under the tenant's present KEK, bound to a new generation. */
  rewrap(permit: Permit, stored: StoredMaterial, generation: number): MaybePromise<WrappedMaterial>
  /** Fresh random bytes from the approved generator. */
  random(lengthBytes: number): Uint8Array
  /** A fresh pair that is not kept: the private half as PKCS#8, the public as SPKI. */
  generatePair(spec: KeySpec): MaybePromise<{ privateKey: Uint8Array; publicKey: Uint8Array }>
}
