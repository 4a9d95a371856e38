// JKS and JCEKS, Java's own stores, read:
//   magic || version || count || entries || SHA-1(passphrase || "Mighty Aphrodite" || all before)
import { ByteReader, BytesError, concat, constantTimeEqual, encodeUtf8 } from '@claviger/bytes'
import { hash } from '@claviger/crypto'
import { assertFileSize, Effort } from './effort.ts'
import type { KeyFileContents, KeyFileEntry, Skipped } from './entry.ts'
import { wipeEntries } from './entry.ts'
import { KeyFileError, malformed, wrongPassphrase } from './error.ts'
import { openSealedSecret, readSealedSecret } from './java-secret.ts'
import { readJavaText } from './java-text.ts'
import { javaPassphrase, openJavaKey } from './jks-protector.ts'
import { Passphrase } from './passphrase.ts'
import type { Opening } from './pbe.ts'
import type { OpenOptions } from './pkcs8.ts'

export const JKS = {
  magic: 0xfeedfeed,
  jceksMagic: 0xcececece,
  privateKey: 1,
  certificate: 2,
  secretKey: 3,
  digestBytes: 20,
  whitener: encodeUtf8('Mighty Aphrodite'),
  certificateType: 'X.509',
} as const

const ENTRIES_MAX = 10_000
const CHAIN_LENGTH_MAX = 100
const PART_BYTES_MAX = 1024 * 1024
const VERSIONS = [1, 2]

/** A store without a passphrase gives its certificates only, and vouches for nothing. */
export function decodeJks(data: Uint8Array, options: OpenOptions): KeyFileContents {
  assertFileSize(data)
  if (data.length < JKS.digestBytes) throw malformed('the store is cut short')
  const body = data.subarray(0, -JKS.digestBytes)
  const store = options.passphrase === undefined ? undefined : Passphrase.of(options.passphrase)
  const ofKeys = options.keyPassphrase === undefined ? store : Passphrase.of(options.keyPassphrase)
  try {
    if (store !== undefined) {
      const stated = data.subarray(-JKS.digestBytes)
      if (!constantTimeEqual(storeDigest(store, body), stated)) throw wrongPassphrase()
    }
    const effort = new Effort(options.iterationsMax)
    const opening = ofKeys && { passphrase: ofKeys, effort }
    return { ...readEntries(body, opening), isAuthenticated: store !== undefined }
  } catch (error) {
    if (error instanceof BytesError) throw malformed('the store is not of its form')
    throw error
  } finally {
    store?.wipe()
    ofKeys?.wipe()
  }
}

export function storeDigest(passphrase: Passphrase, body: Uint8Array): Uint8Array {
  const input = concat(javaPassphrase({ passphrase }), JKS.whitener, body)
  const digest = hash('sha1', input)
  input.fill(0)
  return digest
}

function readEntries(
  body: Uint8Array,
  opening: Opening | undefined,
): Omit<KeyFileContents, 'isAuthenticated'> {
  const reader = new ByteReader(body)
  const magic = reader.u32()
  const version = reader.u32()
  const count = reader.u32()
  if (!VERSIONS.includes(version)) throw malformed('the store is of an unknown version')
  if (count > ENTRIES_MAX) throw new KeyFileError('too-large', 'the store has too many entries')
  const entries: KeyFileEntry[] = []
  const skipped: Skipped[] = []
  try {
    for (let index = 0; index < count; index++) {
      const tag = reader.u32()
      const alias = readJavaText(reader)
      reader.u64()
      if (tag === JKS.secretKey && magic !== JKS.jceksMagic)
        throw malformed('the store is of two kinds')
      try {
        entries.push(readEntry(reader, { tag, alias, isTyped: version === 2 }, opening))
      } catch (error) {
        if (!(error instanceof Unopened)) throw error
        skipped.push({ what: alias, why: error.message })
      }
    }
    reader.end()
  } catch (error) {
    wipeEntries(entries)
    throw error
  }
  return { entries, skipped }
}

/** An entry that was read to its end and could not be opened: the next one may be. */
class Unopened extends Error {}

interface Head {
  readonly tag: number
  readonly alias: string
  /** Whether certificates say their type. */
  readonly isTyped: boolean
}

function readEntry(reader: ByteReader, head: Head, opening: Opening | undefined): KeyFileEntry {
  const { tag, alias } = head
  switch (tag) {
    case JKS.privateKey: {
      const sealed = reader.vector(4, PART_BYTES_MAX)
      const length = reader.u32()
      if (length > CHAIN_LENGTH_MAX) throw new KeyFileError('too-large', 'a chain is too long')
      const chain = Array.from({ length }, () => readCertificate(reader, head))
      const pkcs8 = opened(opening, (known) => openJavaKey(sealed, known))
      return { kind: 'private-key', alias, pkcs8, chain }
    }
    case JKS.certificate:
      return { kind: 'certificate', alias, certificate: readCertificate(reader, head) }
    case JKS.secretKey: {
      const sealed = readSealedSecret(reader)
      return {
        kind: 'secret-key',
        alias,
        ...opened(opening, (known) => openSealedSecret(sealed, known)),
      }
    }
    default:
      throw malformed('an entry is of an unknown kind')
  }
}

/** A key may have a passphrase of its own. */
function opened<Result>(opening: Opening | undefined, open: (known: Opening) => Result): Result {
  if (opening === undefined) {
    throw new KeyFileError('passphrase-needed', 'the store is under a passphrase; give it')
  }
  try {
    return open(opening)
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error
    if (error.code === 'unsupported') throw new Unopened(error.message)
    if (error.code !== 'wrong-passphrase') throw error
    throw new Unopened('it is under a passphrase of its own; give that of the key too')
  }
}

function readCertificate(reader: ByteReader, { isTyped }: Head): Uint8Array {
  const type = isTyped ? readJavaText(reader) : JKS.certificateType
  const bytes = new Uint8Array(reader.vector(4, PART_BYTES_MAX))
  if (type !== JKS.certificateType) throw malformed('a certificate is no X.509')
  return bytes
}
