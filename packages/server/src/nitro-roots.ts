import { readFileSync } from 'node:fs'
import { certificateFacts } from '@claviger/crypto'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const FILE_LENGTH_MAX = 64 * 1024

/**
 * The roots that enclaves' attestation documents are trusted under: the certificates of a PEM file, as DER.
 * Throws an Error of one line for a file without any, or with one that is none.
 */
export function readNitroRoots(path: string): readonly Uint8Array[] {
  const pem = read(path)
  if (pem.length > FILE_LENGTH_MAX) throw new Error(`${path} is too long for a file of roots`)
  const blocks = pem.match(CERTIFICATE) ?? []
  if (blocks.length === 0) throw new Error(`${path} has no certificate in PEM`)
  return blocks.map((block) => {
    try {
      return certificateFacts(Buffer.from(block)).der
    } catch (error) {
      throw new Error(`${path} has a certificate that cannot be read`, { cause: error })
    }
  })
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new Error(`cannot read ${path} (${code}); aws.nitro-root names it`, { cause: error })
  }
}
