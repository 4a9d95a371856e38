import type { Answered, Pairs } from './model.ts'

/** Public facts a ciphertext is bound to: pairs, or bytes of the caller's own, not both. */
export interface Binding {
  readonly context?: Pairs | undefined
  readonly aad?: Uint8Array | undefined
}

/** Which version did it, and how. */
export interface Made {
  readonly version: number
  readonly mechanism: string
}

export interface EncryptItem extends Binding {
  /** At most 4 MiB. */
  readonly plaintext: Uint8Array
  readonly iv?: Uint8Array | undefined
  readonly mechanism?: string | undefined
}
export interface Encrypted extends Made {
  /** `clv1:` and the envelope: all that decryption needs to know. */
  readonly ciphertext: string
}

export interface DecryptItem extends Binding {
  readonly ciphertext: string
}
export interface Decrypted {
  readonly plaintext: Uint8Array
  readonly version: number
}

export interface ReEncryptItem extends DecryptItem {
  /** Absent: the same key, its current version. */
  readonly destinationKey?: string | undefined
  readonly destinationMechanism?: string | undefined
  readonly destinationContext?: Pairs | undefined
  readonly destinationAad?: Uint8Array | undefined
}
export interface ReEncrypted extends Encrypted {
  readonly key: string
  readonly sourceVersion: number
}

export interface SignItem {
  /** The message, or its digest if `prehashed`. */
  readonly message: Uint8Array
  readonly mechanism?: string | undefined
  readonly prehashed?: boolean | undefined
  /** Of ECDSA signatures. */
  readonly format?: 'der' | 'p1363' | undefined
  /** Of Ed*ph, ML-DSA and SLH-DSA. */
  readonly signatureContext?: Uint8Array | undefined
}
export interface Signed extends Made {
  readonly signature: Uint8Array
}

export interface VerifyItem extends SignItem {
  readonly signature: Uint8Array
  readonly version?: number | undefined
}
export interface Verified {
  readonly valid: boolean
  readonly version: number
}

export interface MacItem {
  readonly message: Uint8Array
  readonly mechanism?: string | undefined
}
export interface Maced extends Made {
  readonly mac: Uint8Array
}
export interface VerifyMacItem extends MacItem {
  readonly mac: Uint8Array
  readonly version?: number | undefined
}

export interface WrapItem {
  /** Either bytes of the caller's, or an exportable key of the keeper's. */
  readonly material?: Uint8Array | undefined
  readonly target?: string | undefined
  readonly targetVersion?: number | undefined
  readonly mechanism?: string | undefined
  readonly aad?: Uint8Array | undefined
}
export interface Wrapped extends Made {
  readonly wrapped: Uint8Array
}

export interface UnwrapItem {
  readonly wrapped: Uint8Array
  readonly version?: number | undefined
  readonly mechanism?: string | undefined
  readonly aad?: Uint8Array | undefined
}
export interface Unwrapped {
  readonly material: Uint8Array
  readonly version: number
}

export interface DataKeyItem extends Binding {
  readonly lengthBytes: number
  readonly mechanism?: string | undefined
  readonly withoutPlaintext?: boolean | undefined
}
export interface DataKey extends Encrypted {
  readonly plaintext?: Uint8Array
}

export interface DataKeyPairItem extends Binding {
  readonly spec: string
  readonly mechanism?: string | undefined
  readonly withoutPlaintext?: boolean | undefined
}
export interface DataKeyPair extends Encrypted {
  /** PKCS#8. */
  readonly privateKey?: Uint8Array
  readonly publicKey: Uint8Array
}

export interface DeriveItem {
  readonly lengthBytes: number
  readonly salt?: Uint8Array | undefined
  readonly label?: Uint8Array | undefined
  readonly derivationContext?: Uint8Array | undefined
  readonly mechanism?: string | undefined
  readonly version?: number | undefined
}
export interface Derived extends Made {
  readonly derived: Uint8Array
}

export interface AgreeItem {
  /** SubjectPublicKeyInfo. */
  readonly peerPublicKey: Uint8Array
  readonly mechanism?: string | undefined
  readonly version?: number | undefined
}
export interface SharedSecret {
  readonly sharedSecret: Uint8Array
  readonly version: number
}

export interface EncapsulateItem {
  readonly mechanism?: string | undefined
}
export interface Encapsulated extends SharedSecret {
  readonly encapsulation: Uint8Array
}
export interface DecapsulateItem {
  readonly encapsulation: Uint8Array
  readonly mechanism?: string | undefined
  readonly version?: number | undefined
}

/** What each data operation takes and gives, by its method. */
export interface DataOperations {
  encrypt: [EncryptItem, Encrypted]
  decrypt: [DecryptItem, Decrypted]
  reEncrypt: [ReEncryptItem, ReEncrypted]
  sign: [SignItem, Signed]
  verify: [VerifyItem, Verified]
  mac: [MacItem, Maced]
  verifyMac: [VerifyMacItem, Verified]
  wrap: [WrapItem, Wrapped]
  unwrap: [UnwrapItem, Unwrapped]
  generateDataKey: [DataKeyItem, DataKey]
  generateDataKeyPair: [DataKeyPairItem, DataKeyPair]
  derive: [DeriveItem, Derived]
  agree: [AgreeItem, SharedSecret]
  encapsulate: [EncapsulateItem, Encapsulated]
  decapsulate: [DecapsulateItem, SharedSecret]
}
export type DataVerb = keyof DataOperations
export type DataItem<Verb extends DataVerb> = DataOperations[Verb][0]
export type DataResult<Verb extends DataVerb> = DataOperations[Verb][1]
export type DataAnswer<Verb extends DataVerb> = DataResult<Verb> & Answered

/** The last segment of each operation's path. */
export const DATA_SEGMENTS: Readonly<Record<DataVerb, string>> = {
  encrypt: 'encrypt',
  decrypt: 'decrypt',
  reEncrypt: 're-encrypt',
  sign: 'sign',
  verify: 'verify',
  mac: 'mac',
  verifyMac: 'verify-mac',
  wrap: 'wrap',
  unwrap: 'unwrap',
  generateDataKey: 'generate-data-key',
  generateDataKeyPair: 'generate-data-key-pair',
  derive: 'derive',
  agree: 'agree',
  encapsulate: 'encapsulate',
  decapsulate: 'decapsulate',
}
