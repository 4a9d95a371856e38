// JKS and JCEKS, written for programs that take nothing else. Both rest on SHA-1, MD5 and Triple DES: PKCS #12 is
// what Java itself has written since version 9.
import { ByteWriter, concat } from '@claviger/bytes'
import { FILE_BYTES_MAX } from './effort.ts'
import type { KeyFileEntry } from './entry.ts'
import { unsupported } from './error.ts'
import { encodeSealedSecret } from './java-secret.ts'
import { encodeJavaText } from './java-text.ts'
import { sealJceksKey, sealJksStream } from './jks-protector.ts'
import { JKS, storeDigest } from './jks-read.ts'
import { Passphrase } from './passphrase.ts'
import type { SealOptions } from './pkcs8.ts'

/** Java 17's own. */
const ITERATIONS_DEFAULT = 200_000

export interface JksOptions extends SealOptions {
  readonly format: 'jks' | 'jceks'
  /** What the entries say of when they were made, in milliseconds since the Epoch. */
  readonly createdAt: number
}

export function encodeJks(entries: readonly KeyFileEntry[], options: JksOptions): Uint8Array {
  const passphrase = Passphrase.of(options.passphrase)
  const writer = new ByteWriter(FILE_BYTES_MAX)
  try {
    writer
      .u32(options.format === 'jks' ? JKS.magic : JKS.jceksMagic)
      .u32(2)
      .u32(entries.length)
    for (const [index, entry] of entries.entries()) {
      writer.u32(tagOf(entry))
      // Java looks an alias up in lower case.
      writer.bytes(encodeJavaText((entry.alias ?? `key-${index + 1}`).toLowerCase()))
      writer.u64(options.createdAt)
      writeEntry(writer, entry, { ...options, opening: { passphrase } })
    }
    const body = writer.finish()
    return concat(body, storeDigest(passphrase, body))
  } finally {
    passphrase.wipe()
  }
}

function tagOf({ kind }: KeyFileEntry): number {
  switch (kind) {
    case 'private-key':
      return JKS.privateKey
    case 'certificate':
      return JKS.certificate
    case 'secret-key':
      return JKS.secretKey
    case 'jwk':
      throw unsupported("Java's stores hold no JSON Web Keys")
  }
}

function writeEntry(
  writer: ByteWriter,
  entry: KeyFileEntry,
  {
    format,
    iterations = ITERATIONS_DEFAULT,
    opening,
  }: JksOptions & { readonly opening: { readonly passphrase: Passphrase } },
): void {
  switch (entry.kind) {
    case 'private-key': {
      const sealed =
        format === 'jks'
          ? sealJksStream(entry.pkcs8, opening)
          : sealJceksKey(entry.pkcs8, opening, iterations)
      writer.vector(4, sealed).u32(entry.chain.length)
      for (const certificate of entry.chain) writeCertificate(writer, certificate)
      return
    }
    case 'certificate':
      writeCertificate(writer, entry.certificate)
      return
    case 'jwk':
      return
    case 'secret-key':
      if (format === 'jks') throw unsupported('JKS holds no secret keys; JCEKS and PKCS #12 do')
      writer.bytes(encodeSealedSecret(entry, opening, iterations))
  }
}

function writeCertificate(writer: ByteWriter, certificate: Uint8Array): void {
  writer.bytes(encodeJavaText(JKS.certificateType)).vector(4, certificate)
}
