// PKCS #12 (RFC 7292), read: password integrity and password privacy. Refused: files that are signed or
// encrypted for a certificate or for a Windows account instead of a passphrase.
import { DerReader } from './der-reader.ts'
import { assertFileSize, Effort } from './effort.ts'
import type { KeyFileContents } from './entry.ts'
import { KeyFileError, malformed, unsupported, wrongPassphrase } from './error.ts'
import { OID } from './oid.ts'
import { Passphrase } from './passphrase.ts'
import { decryptPbe, type Opening } from './pbe.ts'
import { BagCollector } from './pkcs12-bags.ts'
import { isMacOf } from './pkcs12-mac.ts'
import type { OpenOptions } from './pkcs8.ts'

const VERSION = 3
const MAY_BE_PASSPHRASE: ReadonlySet<string> = new Set([
  'wrong-passphrase',
  'malformed',
  'too-large',
])

/** Opens a file; the MAC is checked before anything is decrypted. What comes out is the caller's to wipe. */
export function decodePkcs12(data: Uint8Array, options: OpenOptions): KeyFileContents {
  assertFileSize(data)
  const { content, macData } = readPfx(data)
  const effort = new Effort(options.iterationsMax)
  const candidates = Passphrase.candidates(options.passphrase ?? '')
  try {
    if (macData === undefined) return withoutMac(content, candidates, effort)
    const passphrase = candidates.find((candidate) =>
      isMacOf(new DerReader(macData), content, { passphrase: candidate, effort }),
    )
    if (passphrase !== undefined) {
      return { ...openSafes(content, { passphrase, effort }), isAuthenticated: true }
    }
    if (options.passphrase === undefined) throw passphraseNeeded()
    throw wrongPassphrase()
  } finally {
    for (const candidate of candidates) candidate.wipe()
  }
}

/** A file without a MAC has only its padding and its form to tell a wrong passphrase by. */
function withoutMac(
  content: Uint8Array,
  candidates: readonly Passphrase[],
  effort: Effort,
): KeyFileContents {
  let refusal: unknown
  for (const passphrase of candidates) {
    try {
      return { ...openSafes(content, { passphrase, effort }), isAuthenticated: false }
    } catch (error) {
      if (!(error instanceof KeyFileError) || !MAY_BE_PASSPHRASE.has(error.code)) throw error
      refusal = wrongPassphrase()
    }
  }
  throw refusal
}

function passphraseNeeded(): KeyFileError {
  return new KeyFileError('passphrase-needed', 'the file is under a passphrase; give it')
}

/** AuthenticatedSafe, and what is inside MacData. */
function readPfx(data: Uint8Array): { content: Uint8Array; macData: Uint8Array | undefined } {
  const reader = new DerReader(data)
  const pfx = reader.sequence()
  reader.end()
  if (pfx.smallInteger() !== VERSION) throw malformed('the file is no PKCS #12 of version 3')
  const authSafe = pfx.sequence()
  const type = authSafe.oid()
  if (type === OID.signedData) {
    throw unsupported('it is signed for a certificate, and not under a passphrase')
  }
  if (type !== OID.data) throw malformed('the file is of an unknown content')
  const explicit = authSafe.optionalExplicit(0)
  if (explicit === undefined) throw malformed('the file is empty')
  const content = explicit.octetString()
  const macData = pfx.isAtEnd ? undefined : pfx.next().content
  pfx.end()
  return { content, macData }
}

function openSafes(
  content: Uint8Array,
  opening: Opening,
): Omit<KeyFileContents, 'isAuthenticated'> {
  const collector = new BagCollector(opening)
  try {
    const reader = new DerReader(content)
    const safes = reader.sequence()
    reader.end()
    while (!safes.isAtEnd) openSafe(safes.sequence(), opening, collector)
    return collector.finish()
  } catch (error) {
    collector.wipe()
    throw error
  }
}

function openSafe(safe: DerReader, opening: Opening, collector: BagCollector): void {
  const type = safe.oid()
  const inner = safe.optionalExplicit(0)
  if (inner === undefined) throw malformed('a safe is empty')
  switch (type) {
    case OID.data:
      collector.collect(inner.octetString())
      return
    case OID.encryptedData:
      openEncrypted(inner, opening, collector)
      return
    case OID.envelopedData:
      collector.skip('a safe', 'it is encrypted for a certificate or an account, not a passphrase')
      return
    default:
      throw malformed('a safe is of an unknown content')
  }
}

/** EncryptedData (RFC 5652 §8). */
function openEncrypted(inner: DerReader, opening: Opening, collector: BagCollector): void {
  const encrypted = inner.sequence()
  encrypted.smallInteger()
  const info = encrypted.sequence()
  if (info.oid() !== OID.data) throw malformed('a safe holds an unknown content')
  const algorithm = info.sequence()
  const ciphertext = info.octetString(0x80)
  let plaintext: Uint8Array
  try {
    plaintext = decryptPbe(algorithm, ciphertext, opening)
  } catch (error) {
    // Old programs put certificates under RC2 and keys under Triple DES; the keys can be had.
    if (!(error instanceof KeyFileError) || error.code !== 'unsupported') throw error
    collector.skip('a safe, which mostly holds certificates', error.message)
    return
  }
  try {
    collector.collect(plaintext)
  } finally {
    plaintext.fill(0)
  }
}
