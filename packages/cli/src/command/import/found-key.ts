import { basename, dirname, extname } from 'node:path'
import { certificateFacts, CryptoError, hashHex, importKey } from '@claviger/crypto'
import {
  decodeKeyFile,
  detectKeyFile,
  type KeyFileContents,
  type KeyFileEntry,
  KeyFileError,
  type KeyFileFormat,
  wipeEntries,
} from '@claviger/keyfile'
import { jwkSpec, nameOf, specOf } from './entry-name.ts'

/** Something found in a file. Nothing of it is secret. */
export interface FoundKey {
  readonly path: string
  readonly format: KeyFileFormat
  /** `encrypted`: what is inside cannot be told without its passphrase. */
  readonly kind: KeyFileEntry['kind'] | 'encrypted'
  readonly alias?: string | undefined
  readonly spec?: string | undefined
  /** SHA-256 of the SubjectPublicKeyInfo, in hexadecimal. */
  readonly publicKey?: string | undefined
  /** Why it cannot be taken in. */
  readonly why?: string | undefined
  /** A command that takes it in; absent where nothing does. */
  readonly propose?: string | undefined
}

/** More than a file is worth that nobody has asked to open. */
const ITERATIONS_MAX = 2_000_000
const SECRETLESS: ReadonlySet<KeyFileFormat> = new Set(['spki', 'certificate', 'pkcs7'])

export interface Seen {
  readonly path: string
  readonly data: Uint8Array
}

/** What a file holds, told by its content; nothing of what is no key file. */
export async function findKeys(
  { path, data }: Seen,
  { certificates }: { readonly certificates: boolean },
): Promise<readonly FoundKey[]> {
  const format = detectKeyFile(data)
  if (format === undefined || format === 'spki') return []
  if (SECRETLESS.has(format) && !certificates) return []
  let contents: KeyFileContents
  try {
    contents = decodeKeyFile(data, { iterationsMax: ITERATIONS_MAX })
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    return unopened(error, path, format)
  }
  try {
    const wanted = contents.entries.filter(({ kind }) => certificates || kind !== 'certificate')
    const keys = contents.entries.filter(({ kind }) => kind !== 'certificate')
    const propose = proposal(path, { isEncrypted: false, isOne: keys.length === 1 })
    const found = await Promise.all(
      wanted.map(async (entry) => ({ path, format, propose, ...(await describe(entry)) })),
    )
    const shut = contents.skipped
      .filter(({ what }) => what.endsWith('private key'))
      .map(({ why }): FoundKey => ({ path, format, kind: 'encrypted', why }))
    return [...found, ...shut]
  } finally {
    wipeEntries(contents.entries)
  }
}

function unopened(error: KeyFileError, path: string, format: KeyFileFormat): readonly FoundKey[] {
  switch (error.code) {
    case 'passphrase-needed':
    case 'wrong-passphrase':
    case 'too-costly': {
      const propose = proposal(path, { isEncrypted: true, isOne: false })
      return [{ path, format, kind: 'encrypted', propose }]
    }
    case 'unsupported':
    case 'too-large':
      return [{ path, format, kind: 'encrypted', why: error.message }]
    case 'malformed':
      // It only looked like one.
      return []
  }
}

async function describe(
  entry: KeyFileEntry,
): Promise<Pick<FoundKey, 'kind' | 'alias' | 'spec' | 'publicKey'>> {
  const { kind, alias } = entry
  switch (entry.kind) {
    case 'secret-key':
      return { kind, alias, spec: specOf(entry) }
    case 'jwk':
      return { kind, alias, spec: jwkSpec(entry.json), ...(await publicHalf('jwk', entry.json)) }
    case 'private-key':
      return { kind, alias, ...(await publicHalf('pkcs8', entry.pkcs8)) }
    case 'certificate':
      return { kind, alias, publicKey: certifiedKey(entry.certificate) }
  }
}

async function publicHalf(
  format: 'pkcs8' | 'jwk',
  data: Uint8Array,
): Promise<Pick<FoundKey, 'spec' | 'publicKey'>> {
  try {
    const { spec, secret, public: spki } = await importKey(format, data)
    secret?.fill(0)
    return { spec, ...(spki !== undefined && { publicKey: hashHex('sha256', spki) }) }
  } catch (error) {
    // A kind of key that the keeper has no use for is a finding all the same.
    if (error instanceof CryptoError) return {}
    throw error
  }
}

function certifiedKey(certificate: Uint8Array): string | undefined {
  try {
    return hashHex('sha256', Buffer.from(certificateFacts(certificate).publicKey, 'base64'))
  } catch (error) {
    if (error instanceof CryptoError) return undefined
    throw error
  }
}

function proposal(
  path: string,
  { isEncrypted, isOne }: { readonly isEncrypted: boolean; readonly isOne: boolean },
): string {
  const own = nameOf(basename(path, extname(path))) || 'key'
  const above = nameOf(basename(dirname(path)))
  const called = isOne ? `--name ${above === '' ? own : `${above}/${own}`}` : `--prefix ${own}/`
  return `claviger import keys ${quoted(path)} ${called}${isEncrypted ? ' --passphrase-file FILE' : ''}`
}

/** As a shell takes it for one word, and no command for an option. */
function quoted(path: string): string {
  const plain = path.startsWith('-') ? `./${path}` : path
  return /^[A-Za-z0-9._/@%+:,-]+$/.test(plain)
    ? plain
    : `'${plain.replaceAll("'", String.raw`'\''`)}'`
}
