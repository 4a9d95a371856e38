export { ByteReader, type PrefixBytes } from './byte-reader.ts'
export { ByteWriter } from './byte-writer.ts'
export { compare, concat, constantTimeEqual, copy, decodeUtf8, encodeUtf8 } from './bytes.ts'
export { type CanonicalJson, canonicalJson, parseCanonicalJson } from './canonical-json.ts'
export { BytesError, type BytesErrorCode } from './error.ts'
export { SecretBytes } from './secret-bytes.ts'
export {
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
} from './text-encoding.ts'
