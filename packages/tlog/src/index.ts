export {
  type Checkpoint,
  encodeCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from './checkpoint.ts'
export { type TreeHead, verifyConsistency } from './consistency.ts'
export {
  type CosignatureType,
  type CosignedStatement,
  cosignedMessage,
  decodeTimestampedSignature,
  encodeTimestampedSignature,
  type TimestampedSignature,
} from './cosignature.ts'
export {
  BUNDLE_BYTES_MAX,
  decodeEntryBundle,
  ENTRY_BYTES_MAX,
  encodeEntryBundle,
} from './entry-bundle.ts'
export { TlogError, type TlogErrorCode } from './error.ts'
export {
  type CombineHashes,
  Frontier,
  foldEdge,
  subtreeHeights,
  TILE_HEIGHT,
  TILE_WIDTH,
  type TileHashListener,
} from './frontier.ts'
export {
  equalHashes,
  HASH_BYTES,
  hashEmptyTree,
  hashLeaf,
  hashNode,
  type Sha256,
} from './hash.ts'
export { type InclusionProof, rootOfInclusion, verifyInclusion } from './inclusion.ts'
export {
  createNoteSigner,
  createNoteVerifier,
  type NoteSignerOptions,
  type RawSignature,
  type SignMessage,
  type VerifyAlgorithms,
  type VerifyMessage,
} from './note-key.ts'
export {
  decodeNote,
  encodeNote,
  NOTE_BYTES_MAX,
  NOTE_SIGNATURES_MAX,
  type NoteSignature,
  type NoteSigner,
  type NoteVerifier,
  type OpenedNote,
  openNote,
  type SignedNote,
  signNote,
} from './signed-note.ts'
export {
  CHECKPOINT_PATH,
  encodeTilePath,
  hashesAtLevel,
  parseTilePath,
  partialTiles,
  type Tile,
  tileInTree,
} from './tile-path.ts'
export {
  encodeTile,
  readCheckpointNote,
  readEntryBundle,
  readTile,
  type TileSource,
} from './tile-source.ts'
export {
  decodeTlogProof,
  EXTRA_BYTES_MAX,
  encodeTlogProof,
  type TlogProof,
  type VerifiedTlogProof,
  type VerifyTlogProofOptions,
  verifyTlogProof,
} from './tlog-proof.ts'
export { TreeReader } from './tree-reader.ts'
export {
  encodeVerifierKey,
  isKeyName,
  keyId,
  parseVerifierKey,
  SIGNATURE_TYPES,
  type SignatureType,
  type VerifierKey,
} from './verifier-key.ts'
export { type LogVerification, type VerifyLogOptions, verifyLog } from './verify-log.ts'
