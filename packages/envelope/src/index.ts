export {
  type CiphertextEnvelope,
  decodeCiphertext,
  decodeCiphertextText,
  ENVELOPE_BYTES_MAX,
  ENVELOPE_FORMATS,
  type EnvelopeKind,
  encodeCiphertext,
  encodeCiphertextText,
} from './ciphertext.ts'
export { EnvelopeError, type EnvelopeErrorCode } from './error.ts'
export {
  decodeFileHeader,
  encodeFileHeader,
  FILE_HEADER_BYTES_MAX,
  type FileAead,
  type FileHeader,
} from './file-header.ts'
export {
  MECHANISM_CODES,
  type MechanismName,
  mechanismCode,
  mechanismName,
} from './mechanism-code.ts'
export { decodeShare, encodeShare, SHARE_PAYLOAD_BYTES, type Share } from './share.ts'
export {
  decodeWrappedRecord,
  encodeRecordBinding,
  encodeWrappedRecord,
  RECORD_BYTES_MAX,
  RECORD_KINDS,
  RECORD_NONCE_BYTES,
  type RecordBinding,
  type WrappedRecord,
} from './wrapped-record.ts'
