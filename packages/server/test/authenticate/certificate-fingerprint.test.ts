import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import { decodeBase64, encodeUtf8 } from '@claviger/bytes'
import { isKeeperError } from '@claviger/core'
import fc from 'fast-check'
import { createCredentialSource } from '../../src/authenticate/index.ts'
import { CERTIFICATE_PEM } from './sample-certificate.ts'

const DER = decodeBase64(CERTIFICATE_PEM.replaceAll(/-----[A-Z ]+-----|\s/g, ''))
const source = createCredentialSource()
const fingerprint = (certificate: Uint8Array): string => source.fingerprint(certificate)

const isRefused = (error: unknown): boolean =>
  isKeeperError(error) && (error.code === 'invalid-input' || error.code === 'too-large')

describe('the fingerprint of a certificate', () => {
  test('is what TLS shows of it, in PEM and in DER', () => {
    const expected = new X509Certificate(CERTIFICATE_PEM).fingerprint256
      .replaceAll(':', '')
      .toLowerCase()
    assert.equal(fingerprint(encodeUtf8(CERTIFICATE_PEM)), expected)
    assert.equal(fingerprint(encodeUtf8(CERTIFICATE_PEM.replaceAll('\n', '\r\n'))), expected)
    assert.equal(fingerprint(DER), expected)
  })

  test('is of one certificate, whole', () => {
    const refused = [
      new Uint8Array(),
      encodeUtf8('no certificate'),
      encodeUtf8(CERTIFICATE_PEM + CERTIFICATE_PEM),
      encodeUtf8(`x${CERTIFICATE_PEM}`),
      encodeUtf8(CERTIFICATE_PEM.replaceAll('CERTIFICATE', 'PUBLIC KEY')),
      new Uint8Array([...DER, 0]),
      DER.slice(0, -1),
      new Uint8Array([0x30, 0x80, 0, 0]),
      new Uint8Array([0x30, 0]),
      new Uint8Array(70_000),
    ]
    for (const bytes of refused) assert.throws(() => fingerprint(bytes), isRefused)
  })

  test('is a digest or a refusal, whatever the bytes', () => {
    const changed = fc
      .tuple(fc.nat(DER.length - 1), fc.nat(255))
      .map(([at, byte]) => DER.with(at, byte))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), changed), (bytes) => {
        try {
          assert.match(fingerprint(bytes), /^[0-9a-f]{64}$/)
        } catch (error) {
          if (!isRefused(error)) throw error
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
