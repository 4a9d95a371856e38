import { concat } from '@claviger/bytes'
import { hashBlockBytes, hashLengthBytes, type HashName, hashRepeatedly } from '@claviger/crypto'

/** What the bytes are for (RFC 7292 §B.3). */
export const KDF_PURPOSE = { key: 1, iv: 2, mac: 3 } as const

export interface Pkcs12KdfOptions {
  readonly hash: HashName
  readonly purpose: number
  readonly iterations: number
  readonly lengthBytes: number
}

/** PKCS #12's own derivation (RFC 7292 §B.2), over UTF-16 with its terminator. */
export function pkcs12Kdf(
  bmpPassphrase: Uint8Array,
  salt: Uint8Array,
  { hash, purpose, iterations, lengthBytes }: Pkcs12KdfOptions,
): Uint8Array {
  const blockBytes = hashBlockBytes(hash)
  const output = new Uint8Array(new ArrayBuffer(lengthBytes))
  const diversifier = new Uint8Array(blockBytes).fill(purpose)
  const input = concat(repeated(salt, blockBytes), repeated(bmpPassphrase, blockBytes))
  for (let offset = 0; offset < lengthBytes; offset += hashLengthBytes(hash)) {
    const first = concat(diversifier, input)
    const digest = hashRepeatedly(hash, first, iterations)
    first.fill(0)
    output.set(digest.subarray(0, lengthBytes - offset), offset)
    for (let block = 0; block < input.length; block += blockBytes) {
      addOneAnd(input.subarray(block, block + blockBytes), digest)
    }
    digest.fill(0)
  }
  input.fill(0)
  return output
}

/** As many copies as fill whole blocks; none of nothing. */
function repeated(bytes: Uint8Array, blockBytes: number): Uint8Array {
  const filled = new Uint8Array(new ArrayBuffer(Math.ceil(bytes.length / blockBytes) * blockBytes))
  for (let index = 0; index < filled.length; index++) {
    filled[index] = bytes[index % bytes.length] as number
  }
  return filled
}

/** `block = block + digest digest… + 1`, modulo its size. */
function addOneAnd(block: Uint8Array, digest: Uint8Array): void {
  let carry = 1
  for (let index = block.length - 1; index >= 0; index--) {
    carry += (block[index] as number) + (digest[index % digest.length] as number)
    block[index] = carry & 0xff
    carry >>>= 8
  }
}
