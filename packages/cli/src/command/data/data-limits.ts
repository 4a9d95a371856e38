/** One call of the keeper takes this much; more is encrypted under a data key, or hashed here. */
export const PAYLOAD_BYTES_MAX = 4 * 1024 * 1024
/** Signatures, codes, wrapped material and the like. */
export const SMALL_BYTES_MAX = 64 * 1024
