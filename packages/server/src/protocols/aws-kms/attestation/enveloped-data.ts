import * as asn1js from 'asn1js'
import type { Envelope } from './attestation-crypto.ts'

/*
 * CMS EnvelopedData (RFC 5652 §6) to one recipient, in the form that AWS KMS gives it: version 2 with a
 * subjectKeyIdentifier, and BER with indefinite lengths around (X.690 §8.1.3.6), which enclaves' own parser
 * (aws-nitro-enclaves-sdk-c, source/cms.c) relies upon: of an element with a definite length it would skip
 * the content.
 */

const ENVELOPED_DATA = '1.2.840.113549.1.7.3'
const DATA = '1.2.840.113549.1.7.1'
const RSAES_OAEP = '1.2.840.113549.1.1.7'
const MGF1 = '1.2.840.113549.1.1.8'
const SHA_256 = '2.16.840.1.101.3.4.2.1'
const AES_256_CBC = '2.16.840.1.101.3.4.1.42'
/** Both structures are of version 2 where the recipient is named by its key (RFC 5652 §6.1, §6.2.1). */
const VERSION = 2

/** `ContentInfo { envelopedData, [0] EnvelopedData { 2, { KeyTransRecipientInfo }, EncryptedContentInfo } }` */
export function encodeEnvelopedData(keyIdentifier: Uint8Array, envelope: Envelope): Uint8Array {
  const enveloped = sequence([
    new asn1js.Integer({ value: VERSION }),
    new asn1js.Set({ value: [recipientInfo(keyIdentifier, envelope.wrappedKey)] }),
    encryptedContent(envelope),
  ])
  const info = sequence([oid(ENVELOPED_DATA), context(0, [enveloped])])
  return new Uint8Array(info.toBER())
}

/** `KeyTransRecipientInfo { 2, [0] keyIdentifier, RSAES-OAEP, wrappedKey }` */
function recipientInfo(keyIdentifier: Uint8Array, wrappedKey: Uint8Array): asn1js.Sequence {
  return sequence([
    new asn1js.Integer({ value: VERSION }),
    new asn1js.Primitive({
      idBlock: { tagClass: 3, tagNumber: 0 },
      valueHex: keyIdentifier.slice().buffer,
    }),
    sequence([oid(RSAES_OAEP), oaepParameters()]),
    octets(wrappedKey),
  ])
}

/** RFC 4055 §4.1: the hash and the mask generation of SHA-256; without a label. */
function oaepParameters(): asn1js.Sequence {
  const sha256 = (): asn1js.Sequence => sequence([oid(SHA_256), new asn1js.Null()])
  return sequence([context(0, [sha256()]), context(1, [sequence([oid(MGF1), sha256()])])])
}

/** `EncryptedContentInfo { data, { aes256-CBC, iv }, [0] ciphertext }` */
function encryptedContent({ iv, ciphertext }: Envelope): asn1js.Sequence {
  const content = context(0, [octets(ciphertext)])
  // Everything around this becomes indefinite with it.
  content.lenBlock.isIndefiniteForm = true
  return sequence([oid(DATA), sequence([oid(AES_256_CBC), octets(iv)]), content])
}

const oid = (value: string): asn1js.ObjectIdentifier => new asn1js.ObjectIdentifier({ value })
const octets = (value: Uint8Array): asn1js.OctetString =>
  new asn1js.OctetString({ valueHex: value.slice().buffer })
const sequence = (value: asn1js.BaseBlock[]): asn1js.Sequence => new asn1js.Sequence({ value })
const context = (tagNumber: number, value: asn1js.BaseBlock[]): asn1js.Constructed =>
  new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber }, value })
