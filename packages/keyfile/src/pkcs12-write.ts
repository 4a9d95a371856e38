// PKCS #12 (RFC 7292), written as OpenSSL 3 and Java 17 write it: PBES2 with AES-256-CBC and PBKDF2-HMAC-SHA-256,
// and a MAC by HMAC-SHA-256.
import { concat } from '@claviger/bytes'
import { hash } from '@claviger/crypto'
import {
  encodeBmpString,
  encodeElement,
  encodeExplicit,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
} from './der-writer.ts'
import type { KeyFileEntry } from './entry.ts'
import { unsupported } from './error.ts'
import { OID, SECRET_ALGORITHMS } from './oid.ts'
import { Passphrase } from './passphrase.ts'
import { encryptPbes2 } from './pbe.ts'
import { encodeMac } from './pkcs12-mac.ts'
import { ITERATIONS_DEFAULT, sealPkcs8, type SealOptions } from './pkcs8.ts'

/** Attributes as a SET: nothing where there are none. */
type Attribute = Uint8Array

export function encodePkcs12(
  entries: readonly KeyFileEntry[],
  { passphrase: text, iterations = ITERATIONS_DEFAULT }: SealOptions,
): Uint8Array {
  const passphrase = Passphrase.of(text)
  try {
    const keys = entries.flatMap((entry) => keyBags(entry, passphrase, iterations))
    const certificates = encodeSequence(...certificateBags(entries))
    const content = encodeSequence(
      encodeContent(encodeSequence(...keys)),
      encodeEncrypted(certificates, passphrase, iterations),
    )
    return encodeSequence(
      encodeInteger(3),
      encodeContent(content),
      encodeMac(content, passphrase, iterations),
    )
  } finally {
    passphrase.wipe()
  }
}

/** ContentInfo of `data` */
function encodeContent(content: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(OID.data), encodeExplicit(0, encodeOctetString(content)))
}

function encodeEncrypted(
  content: Uint8Array,
  passphrase: Passphrase,
  iterations: number,
): Uint8Array {
  const { algorithm, ciphertext } = encryptPbes2(content, passphrase, iterations)
  const info = encodeSequence(encodeOid(OID.data), algorithm, encodeElement(0x80, ciphertext))
  const encrypted = encodeSequence(encodeInteger(0), info)
  return encodeSequence(encodeOid(OID.encryptedData), encodeExplicit(0, encrypted))
}

export function keyBags(
  entry: KeyFileEntry,
  passphrase: Passphrase,
  iterations: number,
): readonly Uint8Array[] {
  switch (entry.kind) {
    case 'certificate':
      return []
    case 'jwk':
      throw unsupported('PKCS #12 holds no JSON Web Keys')
    case 'private-key': {
      const sealed = sealPkcs8(entry.pkcs8, passphrase, iterations)
      return [encodeBag(OID.shroudedKeyBag, sealed, named(entry.alias, localKeyId(entry.chain[0])))]
    }
    case 'secret-key': {
      const info = encodeSecretInfo(entry.algorithm, entry.key)
      const sealed = sealPkcs8(info, passphrase, iterations)
      info.fill(0)
      const value = encodeSequence(
        encodeOid(OID.shroudedKeyBag),
        encodeExplicit(0, encodeOctetString(sealed)),
      )
      return [encodeBag(OID.secretBag, value, named(entry.alias))]
    }
  }
}

/** As Java dresses a secret key: PrivateKeyInfo with the cipher's own identifier. */
function encodeSecretInfo(algorithm: string, key: Uint8Array): Uint8Array {
  const oid = /^\d+(?:\.\d+)+$/.test(algorithm)
    ? algorithm
    : Object.keys(SECRET_ALGORITHMS).find((candidate) => SECRET_ALGORITHMS[candidate] === algorithm)
  if (oid === undefined) throw unsupported('the algorithm of a secret key has no identifier')
  return encodeSequence(encodeInteger(0), encodeSequence(encodeOid(oid)), encodeOctetString(key))
}

export function certificateBags(entries: readonly KeyFileEntry[]): readonly Uint8Array[] {
  return entries.flatMap((entry) => {
    switch (entry.kind) {
      case 'secret-key':
      case 'jwk':
        return []
      case 'private-key':
        return entry.chain.map((certificate, index) =>
          index === 0
            ? certificateBag(certificate, named(entry.alias, localKeyId(certificate)))
            : certificateBag(certificate, []),
        )
      case 'certificate':
        return [certificateBag(entry.certificate, [...named(entry.alias), trusted()])]
    }
  })
}

function certificateBag(certificate: Uint8Array, attributes: readonly Attribute[]): Uint8Array {
  const value = encodeSequence(
    encodeOid(OID.x509Certificate),
    encodeExplicit(0, encodeOctetString(certificate)),
  )
  return encodeBag(OID.certificateBag, value, attributes)
}

function encodeBag(type: string, value: Uint8Array, attributes: readonly Attribute[]): Uint8Array {
  const body = concat(encodeOid(type), encodeExplicit(0, value))
  return attributes.length === 0
    ? encodeSequence(body)
    : encodeSequence(body, encodeSet(...attributes))
}

function named(alias: string | undefined, id?: Uint8Array): readonly Attribute[] {
  return [
    ...(alias === undefined ? [] : [attribute(OID.friendlyName, encodeBmpString(alias))]),
    ...(id === undefined ? [] : [attribute(OID.localKeyId, encodeOctetString(id))]),
  ]
}

/** A key and its certificate find each other by the certificate's SHA-1, as OpenSSL has it. */
function localKeyId(certificate: Uint8Array | undefined): Uint8Array | undefined {
  return certificate && hash('sha1', certificate)
}

/** Java takes a certificate without it for a part of a chain, and shows it nowhere. */
function trusted(): Attribute {
  return attribute(OID.trustedKeyUsage, encodeOid(OID.anyExtendedKeyUsage))
}

function attribute(type: string, value: Uint8Array): Attribute {
  return encodeSequence(encodeOid(type), encodeSet(value))
}
