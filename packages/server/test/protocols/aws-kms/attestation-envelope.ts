import assert from 'node:assert/strict'
import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'
import * as asn1js from 'asn1js'

/** What an enclave does with `CiphertextForRecipient`, which is base64. */
export function openForRecipient(text: string, privateKey: KeyObject): Buffer {
  const { result, offset } = asn1js.fromBER(Buffer.from(text, 'base64'))
  assert.notEqual(offset, -1)
  const enveloped = inside(inside(inside(result)[1])[0])
  const recipient = inside(inside(enveloped[1])[0])
  const [, algorithm, content] = inside(enveloped[2])
  const key = privateDecrypt(
    { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    octetsOf(recipient[3]),
  )
  const decipher = createDecipheriv('aes-256-cbc', key, octetsOf(inside(algorithm)[1]))
  const ciphertext = Buffer.concat(inside(content).map(octetsOf))
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}

function inside(block: asn1js.AsnType | undefined): asn1js.AsnType[] {
  assert.ok(block instanceof asn1js.Constructed)
  return block.valueBlock.value as asn1js.AsnType[]
}

function octetsOf(block: asn1js.AsnType | undefined): Uint8Array {
  assert.ok(block instanceof asn1js.OctetString)
  return block.valueBlock.valueHexView
}
