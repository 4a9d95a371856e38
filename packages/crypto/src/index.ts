// The contract, ahead of the implementation: signatures are settled, bodies follow.
import type {
  DeriveMechanism,
  EncryptMechanism,
  MacMechanism,
  Mechanism,
  SignMechanism,
  WrapMechanism,
} from './mechanism.ts'
import type { KeySpec } from './spec.ts'

export { CryptoError, type CryptoErrorCode } from './error.ts'
export * from './mechanism.ts'
export * from './spec.ts'

export type Awaitable<T> = T | Promise<T>
export type KeyMaterial = {
  readonly spec: KeySpec
  readonly secret: Uint8Array
  readonly public?: Uint8Array
}
export declare class OpenKey {
  readonly spec: KeySpec
  readonly kind: 'secret' | 'private' | 'public'
  get isWiped(): boolean
  wipe(): void
}
export type EncryptInput = {
  readonly plaintext: Uint8Array
  readonly aad?: Uint8Array
  readonly iv?: Uint8Array
}
export type Encrypted = { readonly iv: Uint8Array; readonly ciphertext: Uint8Array }
export type DecryptInput = {
  readonly ciphertext: Uint8Array
  readonly iv?: Uint8Array
  readonly aad?: Uint8Array
}
export type SignatureFormat = 'der' | 'p1363'
export type SignInput = {
  readonly context?: Uint8Array
  readonly format?: SignatureFormat
} & ({ readonly message: Uint8Array } | { readonly digest: Uint8Array })
export type WrapOptions = { readonly aad?: Uint8Array; readonly iv?: Uint8Array }
export type DeriveInput = {
  readonly lengthBytes: number
  readonly salt?: Uint8Array
  readonly info?: Uint8Array
  readonly label?: Uint8Array
  readonly context?: Uint8Array
}
export type KeyFormat = 'raw' | 'pkcs8' | 'spki' | 'jwk' | 'pem'
export type HashName =
  | 'sha1'
  | 'sha224'
  | 'sha256'
  | 'sha384'
  | 'sha512'
  | 'sha512-224'
  | 'sha512-256'
  | 'sha3-224'
  | 'sha3-256'
  | 'sha3-384'
  | 'sha3-512'
export type Argon2Options = {
  readonly memoryKiB: number
  readonly passes: number
  readonly parallelism: number
  readonly lengthBytes: number
}
export declare function generateKey(spec: KeySpec): Awaitable<KeyMaterial>
export declare function openKey(spec: KeySpec, secret: Uint8Array): OpenKey
export declare function openPublicKey(spec: KeySpec, publicKey: Uint8Array): OpenKey
export declare function encrypt(
  key: OpenKey,
  mechanism: EncryptMechanism,
  input: EncryptInput,
): Awaitable<Encrypted>
export declare function decrypt(
  key: OpenKey,
  mechanism: EncryptMechanism,
  input: DecryptInput,
): Awaitable<Uint8Array>
export declare function sign(
  key: OpenKey,
  mechanism: SignMechanism,
  input: SignInput,
): Awaitable<Uint8Array>
export declare function verify(
  key: OpenKey,
  mechanism: SignMechanism,
  input: SignInput,
  signature: Uint8Array,
): Awaitable<boolean>
export declare function mac(key: OpenKey, mechanism: MacMechanism, message: Uint8Array): Uint8Array
export declare function verifyMac(
  key: OpenKey,
  mechanism: MacMechanism,
  message: Uint8Array,
  tag: Uint8Array,
): boolean
export declare function wrapKey(
  key: OpenKey,
  mechanism: WrapMechanism,
  material: Uint8Array,
  options?: WrapOptions,
): Awaitable<Uint8Array>
export declare function unwrapKey(
  key: OpenKey,
  mechanism: WrapMechanism,
  wrapped: Uint8Array,
  options?: WrapOptions,
): Awaitable<Uint8Array>
export declare function agree(key: OpenKey, peerPublic: Uint8Array): Awaitable<Uint8Array>
export declare function encapsulate(
  key: OpenKey,
): Awaitable<{ ciphertext: Uint8Array; sharedSecret: Uint8Array }>
export declare function decapsulate(key: OpenKey, ciphertext: Uint8Array): Awaitable<Uint8Array>
export declare function deriveKey(
  key: OpenKey,
  mechanism: DeriveMechanism,
  input: DeriveInput,
): Uint8Array
export declare function deriveBytes(
  secret: Uint8Array,
  mechanism: DeriveMechanism,
  input: DeriveInput,
): Uint8Array
export declare function hash(name: HashName, data: Uint8Array | string): Uint8Array
export declare function hashHex(name: HashName, data: Uint8Array | string): string
export declare function hashLatin1(name: HashName, data: Uint8Array | string): string
export declare function randomBytes(length: number): Uint8Array
export declare function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Promise<Uint8Array>
export declare function argon2idSync(
  password: Uint8Array,
  salt: Uint8Array,
  options: Argon2Options,
): Uint8Array
export declare function importKey(
  format: KeyFormat,
  data: Uint8Array | string,
  spec?: KeySpec,
): Awaitable<{ spec: KeySpec; secret?: Uint8Array; public?: Uint8Array }>
export declare function exportKey(
  key: { spec: KeySpec; secret?: Uint8Array; public?: Uint8Array },
  format: KeyFormat,
): Uint8Array | string
export declare function runSelfTests(): void
export declare function isSlow(spec: KeySpec, mechanism?: Mechanism): boolean
