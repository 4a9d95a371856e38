// PEM (RFC 7468) as it is found: any number of blocks, with anything between them.
import { BytesError, decodeBase64, decodeUtf8 } from '@claviger/bytes'
import { chainOf, leafOf } from './chain.ts'
import type { KeyFileContents, KeyFileEntry, PrivateKeyEntry, Skipped } from './entry.ts'
import { wipeEntries } from './entry.ts'
import { KeyFileError, malformed } from './error.ts'
import { decodeOpenSsh } from './openssh.ts'
import { decodePkcs7 } from './pkcs7.ts'
import { decodeEncryptedPkcs8, type OpenOptions, privateKeyInfo } from './pkcs8.ts'
import { decryptTraditional, pkcs8OfPkcs1, pkcs8OfSec1 } from './traditional-key.ts'

const BLOCKS_MAX = 2_000
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*(?:-(?!----)[^-]*)*)-----END \1-----/g
/** RFC 1421 §4.6, as OpenSSL writes them; an empty line ends them. */
const ENCRYPTED = /^\s*Proc-Type: 4,ENCRYPTED\r?\nDEK-Info: ([^\r\n]+)\r?\n\r?\n/

export interface PemBlock {
  readonly label: string
  readonly body: string
}

/** The blocks of a text, by their labels. */
export function pemBlocks(data: Uint8Array): readonly PemBlock[] {
  let text: string
  try {
    text = decodeUtf8(data)
  } catch {
    throw malformed('the file is not text')
  }
  const blocks: PemBlock[] = []
  for (const [, label = '', body = ''] of text.matchAll(BLOCK)) {
    blocks.push({ label, body })
    if (blocks.length > BLOCKS_MAX) {
      throw new KeyFileError('too-large', 'the file has too many blocks')
    }
  }
  return blocks
}

/** Whether a block of a private key is under a passphrase. */
export function isEncryptedBlock({ label, body }: PemBlock): boolean {
  return label === 'ENCRYPTED PRIVATE KEY' || ENCRYPTED.test(body)
}

export function decodePem(data: Uint8Array, options: OpenOptions): KeyFileContents {
  const keys: PrivateKeyEntry[] = []
  const certificates: Uint8Array[] = []
  const skipped: Skipped[] = []
  try {
    for (const block of pemBlocks(data)) {
      if (block.label === 'CERTIFICATE' || block.label === 'X509 CERTIFICATE') {
        certificates.push(derOf(block.body))
      } else if (block.label === 'PKCS7') certificates.push(...decodePkcs7(derOf(block.body)))
      else if (block.label.endsWith('PRIVATE KEY')) readKey(block, options, { keys, skipped })
      else if (block.label !== 'EC PARAMETERS') {
        skipped.push({
          what: block.label.toLowerCase(),
          why: 'it is no private key and no certificate',
        })
      }
    }
    return { entries: entriesOf(keys, certificates), skipped, isAuthenticated: false }
  } catch (error) {
    wipeEntries(keys)
    throw error
  }
}

function readKey(
  block: PemBlock,
  options: OpenOptions,
  { keys, skipped }: { readonly keys: PrivateKeyEntry[]; readonly skipped: Skipped[] },
): void {
  try {
    keys.push(privateKeyOf(block, options))
  } catch (error) {
    if (!(error instanceof KeyFileError) || error.code !== 'unsupported') throw error
    skipped.push({ what: block.label.toLowerCase(), why: error.message })
  }
}

function privateKeyOf({ label, body }: PemBlock, options: OpenOptions): PrivateKeyEntry {
  const info = ENCRYPTED.exec(body)
  const raw = derOf(info === null ? body : body.slice(info[0].length))
  const der = info === null ? raw : decryptTraditional(raw, info[1] as string, options.passphrase)
  try {
    const entry = keyOf(label, der, options)
    if (entry !== undefined) return entry
  } catch (error) {
    if (info === null || !(error instanceof KeyFileError)) throw error
    throw new KeyFileError('wrong-passphrase', 'the passphrase does not open a key of the file')
  } finally {
    der.fill(0)
  }
  throw new KeyFileError('unsupported', `blocks called ${label} are not read here`)
}

function keyOf(label: string, der: Uint8Array, options: OpenOptions): PrivateKeyEntry | undefined {
  switch (label) {
    case 'PRIVATE KEY':
      return privateKey(privateKeyInfo(der))
    case 'ENCRYPTED PRIVATE KEY':
      if (options.passphrase === undefined) {
        throw new KeyFileError('passphrase-needed', 'a key is under a passphrase; give it')
      }
      return privateKey(decodeEncryptedPkcs8(der, options))
    case 'RSA PRIVATE KEY':
      return privateKey(pkcs8OfPkcs1(der))
    case 'EC PRIVATE KEY':
      return privateKey(pkcs8OfSec1(der))
    case 'OPENSSH PRIVATE KEY':
      return decodeOpenSsh(der)
    default:
      return undefined
  }
}

const privateKey = (pkcs8: Uint8Array): PrivateKeyEntry => ({
  kind: 'private-key',
  pkcs8,
  chain: [],
})

/** One key has the certificates as its chain; of several, nothing says whose they are. */
function entriesOf(
  keys: readonly PrivateKeyEntry[],
  certificates: readonly Uint8Array[],
): readonly KeyFileEntry[] {
  const [key] = keys
  const leaf = keys.length === 1 ? leafOf(certificates) : undefined
  const chain = leaf === undefined ? [] : chainOf(leaf, certificates)
  const rest = certificates
    .filter((certificate) => !chain.includes(certificate))
    .map((certificate): KeyFileEntry => ({ kind: 'certificate', certificate }))
  return [...(key !== undefined && leaf !== undefined ? [{ ...key, chain }] : keys), ...rest]
}

function derOf(base64: string): Uint8Array {
  try {
    return decodeBase64(base64.replaceAll(/\s/g, ''))
  } catch (error) {
    if (error instanceof BytesError) throw malformed('a block is not base64')
    throw error
  }
}
