// P7B: SignedData (RFC 5652 §5.1) that signs nothing and only carries certificates.
import { DerReader, TAG } from './der-reader.ts'
import { KeyFileError, malformed } from './error.ts'
import { OID } from './oid.ts'

const CERTIFICATES_MAX = 10_000

export function decodePkcs7(data: Uint8Array): readonly Uint8Array[] {
  const reader = new DerReader(data)
  const info = reader.sequence()
  reader.end()
  if (info.oid() !== OID.signedData) throw malformed('this PKCS #7 file is no SignedData')
  const signed = info.optionalExplicit(0)?.sequence()
  if (signed === undefined) throw malformed('the file is empty')
  signed.smallInteger()
  signed.element(TAG.set)
  signed.element(TAG.sequence)
  const certificates: Uint8Array[] = []
  const set = signed.optionalExplicit(0)
  while (set !== undefined && !set.isAtEnd) {
    const { tag, encoded } = set.next()
    // The other choices are attribute certificates and PKCS #6's.
    if (tag === TAG.sequence) certificates.push(new Uint8Array(encoded))
    if (certificates.length > CERTIFICATES_MAX) {
      throw new KeyFileError('too-large', 'the file has too many certificates')
    }
  }
  return certificates
}
