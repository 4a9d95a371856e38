export {
  type ByteSource,
  CHUNKED_HEADER_BYTES,
  type ChunkedHash,
  type ChunkedOptions,
  chunkedCiphertextBytes,
  decryptChunked,
  encryptChunked,
} from './chunked.ts'
export { CryptoError, type CryptoErrorCode } from './error.ts'
export {
  createHasher,
  hash,
  hashHex,
  hashLatin1,
  hashLengthBytes,
  type Hasher,
  type HashName,
  hashBlockBytes,
} from './hash.ts'
export { OpenKey, openKey, openPublicKey } from './key.ts'
export {
  type DeriveMechanism,
  type EncryptMechanism,
  isMechanism,
  type MacMechanism,
  type Mechanism,
  type MechanismEntry,
  mechanismEntry,
  mechanismNames,
  mechanisms,
  type MechanismUse,
  type SignMechanism,
  type WrapMechanism,
} from './mechanism.ts'
export { offHeapBytes, offHeapCopy } from './off-heap.ts'
export { agree, decapsulate, encapsulate } from './operation/agree.ts'
export type { Awaitable } from './operation/awaitable.ts'
export { deriveBytes, deriveKey } from './operation/derive-key.ts'
export {
  decrypt,
  type DecryptInput,
  encrypt,
  type Encrypted,
  type EncryptInput,
} from './operation/encrypt.ts'
export {
  type BinaryKeyFormat,
  exportKey,
  exportKeyText,
  type TextKeyFormat,
} from './operation/export-key.ts'
export { generateKey, type KeyMaterial } from './operation/generate-key.ts'
export { type ImportedKey, importKey, type KeyFormat } from './operation/import-key.ts'
export { mac, verifyMac } from './operation/mac.ts'
export { sign, signDigestBytes, type SignInput, verify } from './operation/sign.ts'
export { unwrapKey, wrapKey, type WrapOptions } from './operation/wrap-key.ts'
export { argon2id, type Argon2Options } from './primitive/argon2.ts'
export { hkdf, pbkdf2Bytes, pbkdf2BytesSync, type Pbkdf2Options } from './primitive/derive.ts'
export type { BlockPadding } from './primitive/block-cipher.ts'
export type { DeriveInput } from './primitive/derive-mechanism.ts'
export {
  crtExponent,
  decryptKeyFile,
  encryptKeyFile,
  hashRepeatedly,
  type KeyFileCipher,
} from './primitive/key-file.ts'
export { hmac } from './primitive/mac.ts'
export type { Encapsulated } from './primitive/ml-kem.ts'
export type { SignatureFormat } from './primitive/signature.ts'
export { randomBytes, randomSecret } from './random.ts'
export { runSelfTests, type SelfTestReport, selfTestStatus } from './self-test/state.ts'
export {
  isKeySpec,
  type KeySpec,
  keySpecNames,
  keySpecs,
  type SpecEntry,
  specEntry,
} from './spec.ts'
export { certificateFacts, type CertificateFacts, isCertificateIssuedBy } from './x509.ts'
