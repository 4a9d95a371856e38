export { detectKeyFile, KEY_FILE_FORMATS, type KeyFileFormat } from './detect.ts'
export { FILE_BYTES_MAX, ITERATIONS_MAX } from './effort.ts'
export {
  type CertificateEntry,
  type JwkEntry,
  type KeyFileContents,
  type KeyFileEntry,
  type PrivateKeyEntry,
  type SecretKeyEntry,
  type Skipped,
  wipeEntries,
} from './entry.ts'
export { KeyFileError, type KeyFileErrorCode } from './error.ts'
export { decodeJks } from './jks-read.ts'
export { encodeJks, type JksOptions } from './jks-write.ts'
export { decodeKeyFile, type OpenedKeyFile } from './key-file.ts'
export { isEncryptedBlock, type PemBlock, pemBlocks } from './pem.ts'
export { decodePkcs12 } from './pkcs12-read.ts'
export { encodePkcs12 } from './pkcs12-write.ts'
export {
  decodeEncryptedPkcs8,
  encodeEncryptedPkcs8,
  type OpenOptions,
  type SealOptions,
} from './pkcs8.ts'
