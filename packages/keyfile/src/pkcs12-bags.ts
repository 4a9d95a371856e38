// What is inside a PKCS #12 file once it is open (RFC 7292 §4.2).
import { encodeHex } from '@claviger/bytes'
import { chainOf } from './chain.ts'
import { DerReader, TAG } from './der-reader.ts'
import type { KeyFileEntry, Skipped } from './entry.ts'
import { KeyFileError, malformed } from './error.ts'
import { OID, SECRET_ALGORITHMS } from './oid.ts'
import type { Opening } from './pbe.ts'
import { openPkcs8, privateKeyInfo, splitPrivateKeyInfo } from './pkcs8.ts'

const BAGS_MAX = 10_000
const ALIAS_LENGTH_MAX = 256

interface Attributes {
  readonly alias?: string
  /** In hexadecimal: what a key and its certificate have in common. */
  readonly localKeyId?: string
  /** Java says so of certificates that are entries of their own, even where a chain has them too. */
  readonly isTrusted?: true
}

type Found =
  | (Attributes & { readonly kind: 'private-key'; readonly pkcs8: Uint8Array })
  | (Attributes & { readonly kind: 'certificate'; readonly certificate: Uint8Array })
  | (Attributes & {
      readonly kind: 'secret-key'
      readonly algorithm: string
      readonly key: Uint8Array
    })

/** Gathers bags, safe by safe. */
export class BagCollector {
  readonly #opening: Opening
  readonly #found: Found[] = []
  readonly #skipped: Skipped[] = []
  #bags = 0

  constructor(opening: Opening) {
    this.#opening = opening
  }

  /** @param safe SafeContents */
  collect(safe: Uint8Array, depth = 0): void {
    if (depth > 4) throw new KeyFileError('too-large', 'the file is nested too deeply')
    const reader = new DerReader(safe)
    const bags = reader.sequence()
    reader.end()
    while (!bags.isAtEnd) {
      if (++this.#bags > BAGS_MAX)
        throw new KeyFileError('too-large', 'the file has too many parts')
      this.#bag(bags.sequence(), depth)
    }
  }

  skip(what: string, why: string): void {
    this.#skipped.push({ what, why })
  }

  /** Keys with the certificates that are theirs, then what is nobody's. */
  finish(): { entries: readonly KeyFileEntry[]; skipped: readonly Skipped[] } {
    const certificates = this.#found.filter((bag) => bag.kind === 'certificate')
    const all = certificates.map(({ certificate }) => certificate)
    const used = new Set<string>()
    const keys = this.#found
      .filter((bag) => bag.kind !== 'certificate')
      .map(({ localKeyId, isTrusted: _is, ...entry }): KeyFileEntry => {
        if (entry.kind === 'secret-key') return entry
        const leaf = certificates.find(
          (bag) => localKeyId !== undefined && bag.localKeyId === localKeyId,
        )
        const chain = leaf === undefined ? [] : chainOf(leaf.certificate, all)
        for (const certificate of chain) used.add(encodeHex(certificate))
        const alias = entry.alias ?? leaf?.alias
        return { ...entry, ...(alias !== undefined && { alias }), chain }
      })
    const rest = certificates
      .filter(({ certificate, isTrusted }) => isTrusted || !used.has(encodeHex(certificate)))
      .map(({ localKeyId: _id, isTrusted: _is, ...entry }): KeyFileEntry => entry)
    return { entries: [...keys, ...rest], skipped: this.#skipped }
  }

  /** For a file that is given up half-way. */
  wipe(): void {
    for (const bag of this.#found) {
      if (bag.kind === 'private-key') bag.pkcs8.fill(0)
      if (bag.kind === 'secret-key') bag.key.fill(0)
    }
  }

  #bag(bag: DerReader, depth: number): void {
    const type = bag.oid()
    const value = bag.optionalExplicit(0)
    if (value === undefined) throw malformed('a bag is empty')
    const { encoded } = value.next()
    value.end()
    const attributes = readAttributes(bag)
    try {
      this.#value(type, encoded, attributes, depth)
    } catch (error) {
      // The rest may be what is wanted: a key under Triple DES beside certificates under RC2.
      if (!(error instanceof KeyFileError) || error.code !== 'unsupported') throw error
      this.skip(attributes.alias ?? 'an entry without a name', error.message)
    }
  }

  #value(type: string, encoded: Uint8Array, attributes: Attributes, depth: number): void {
    switch (type) {
      case OID.keyBag:
        this.#found.push({ ...attributes, kind: 'private-key', pkcs8: privateKeyInfo(encoded) })
        return
      case OID.shroudedKeyBag: {
        const pkcs8 = openPkcs8(encoded, this.#opening)
        this.#found.push({ ...attributes, kind: 'private-key', pkcs8 })
        return
      }
      case OID.certificateBag:
        this.#certificate(encoded, attributes)
        return
      case OID.secretBag:
        this.#secret(encoded, attributes)
        return
      case OID.safeContentsBag:
        this.collect(encoded, depth + 1)
        return
      case OID.crlBag:
        this.skip(attributes.alias ?? 'a revocation list', 'revocation lists are not taken in')
        return
      default:
        this.skip(
          attributes.alias ?? 'an entry without a name',
          `it is of an unknown kind, ${type}`,
        )
    }
  }

  #certificate(encoded: Uint8Array, attributes: Attributes): void {
    const body = new DerReader(encoded).sequence()
    const type = body.oid()
    if (type !== OID.x509Certificate) {
      this.skip(attributes.alias ?? 'a certificate', 'it is no X.509 certificate')
      return
    }
    const value = body.optionalExplicit(0)
    if (value === undefined) throw malformed('a certificate is missing')
    const certificate = new Uint8Array(value.octetString())
    this.#found.push({ ...attributes, kind: 'certificate', certificate })
  }

  /** Only Java writes them, each a secret key dressed as an encrypted private one. */
  #secret(encoded: Uint8Array, attributes: Attributes): void {
    const body = new DerReader(encoded).sequence()
    const type = body.oid()
    if (type !== OID.shroudedKeyBag) {
      this.skip(attributes.alias ?? 'a secret', `it is of an unknown kind, ${type}`)
      return
    }
    const value = body.optionalExplicit(0)
    if (value === undefined) throw malformed('a secret is missing')
    const info = openPkcs8(value.octetString(), this.#opening)
    const { algorithm, key } = splitPrivateKeyInfo(info)
    const secret = new Uint8Array(new ArrayBuffer(key.length))
    secret.set(key)
    info.fill(0)
    const name = Object.hasOwn(SECRET_ALGORITHMS, algorithm) && SECRET_ALGORITHMS[algorithm]
    this.#found.push({
      ...attributes,
      kind: 'secret-key',
      algorithm: name || algorithm,
      key: secret,
    })
  }
}

function readAttributes(bag: DerReader): Attributes {
  if (bag.isAtEnd) return {}
  const set = bag.inside(TAG.set)
  bag.end()
  let alias: string | undefined
  let localKeyId: string | undefined
  let isTrusted = false
  while (!set.isAtEnd) {
    const attribute = set.sequence()
    const type = attribute.oid()
    const values = attribute.inside(TAG.set)
    if (type === OID.trustedKeyUsage) isTrusted = true
    // Windows writes attributes of its own, and some without a value.
    if (values.isAtEnd) continue
    if (type === OID.friendlyName) alias = bmpText(values.element(TAG.bmpString))
    if (type === OID.localKeyId) localKeyId = encodeHex(values.octetString())
  }
  return {
    ...(alias && { alias }),
    ...(localKeyId !== undefined && { localKeyId }),
    ...(isTrusted && { isTrusted }),
  }
}

function bmpText(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0 || bytes.length > 2 * ALIAS_LENGTH_MAX) {
    throw malformed('a name has no fit length')
  }
  let text = ''
  for (let index = 0; index < bytes.length; index += 2) {
    text += String.fromCharCode(((bytes[index] as number) << 8) | (bytes[index + 1] as number))
  }
  return text.toWellFormed()
}
