import { assertFileSize } from './effort.ts'
import { detectKeyFile, type KeyFileFormat } from './detect.ts'
import type { KeyFileContents, KeyFileEntry } from './entry.ts'
import { KeyFileError, unsupported } from './error.ts'
import { decodeJks } from './jks-read.ts'
import { decodeJwks } from './jwks.ts'
import { decodePem } from './pem.ts'
import { decodePkcs7 } from './pkcs7.ts'
import { pkcs8OfPkcs1, pkcs8OfSec1 } from './traditional-key.ts'
import { decodePkcs12 } from './pkcs12-read.ts'
import { decodeEncryptedPkcs8, type OpenOptions, privateKeyInfo } from './pkcs8.ts'

export interface OpenedKeyFile extends KeyFileContents {
  readonly format: KeyFileFormat
}

/** Opens a file of any of the formats, told by its content. What comes out is the caller's to wipe. */
export function decodeKeyFile(data: Uint8Array, options: OpenOptions = {}): OpenedKeyFile {
  assertFileSize(data)
  const format = detectKeyFile(data)
  if (format === undefined) throw unsupported('this is no key file of a format that is read here')
  return { format, ...decodeAs(format, data, options) }
}

function decodeAs(format: KeyFileFormat, data: Uint8Array, options: OpenOptions): KeyFileContents {
  switch (format) {
    case 'pkcs12':
      return decodePkcs12(data, options)
    case 'pkcs8':
      return alone({ kind: 'private-key', pkcs8: privateKeyInfo(data), chain: [] })
    case 'encrypted-pkcs8': {
      if (options.passphrase === undefined) {
        throw new KeyFileError('passphrase-needed', 'the key is under a passphrase; give it')
      }
      const pkcs8 = decodeEncryptedPkcs8(data, options)
      return alone({ kind: 'private-key', pkcs8, chain: [] })
    }
    case 'certificate':
      return alone({ kind: 'certificate', certificate: new Uint8Array(data) })
    case 'jks':
    case 'jceks':
      return decodeJks(data, options)
    case 'pkcs1':
      return alone({ kind: 'private-key', pkcs8: pkcs8OfPkcs1(data), chain: [] })
    case 'sec1':
      return alone({ kind: 'private-key', pkcs8: pkcs8OfSec1(data), chain: [] })
    case 'pkcs7': {
      const entries = decodePkcs7(data).map(
        (certificate) => ({ kind: 'certificate', certificate }) as const,
      )
      return { entries, skipped: [], isAuthenticated: false }
    }
    case 'pem':
      return decodePem(data, options)
    case 'jwk':
    case 'jwks':
      return decodeJwks(data)
    case 'spki':
      throw unsupported('a public key alone is taken in by `claviger key import --format spki`')
  }
}

function alone(entry: KeyFileEntry): KeyFileContents {
  return { entries: [entry], skipped: [], isAuthenticated: false }
}
