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
  MECHANISM_CODES,
  type MechanismName,
  mechanismCode,
  mechanismName,
} from './mechanism-code.ts'
