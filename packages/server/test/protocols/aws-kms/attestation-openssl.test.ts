import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { attestationCrypto } from '../../../src/attestation-crypto.ts'
import { encodeEnvelopedData } from '../../../src/protocols/aws-kms/attestation/enveloped-data.ts'
import { type EnclaveKey, enclaveKey } from './attestation-authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'claviger-cms-'))
const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const IDENTIFIER = new Uint8Array(32).fill(0xab)

after(() => rmSync(folder, { recursive: true, force: true }))

async function sealTo(key: EnclaveKey, plaintext: Uint8Array): Promise<Uint8Array> {
  const rsaKey = await attestationCrypto.readRsaKey(key.publicKey)
  assert.ok(rsaKey)
  return encodeEnvelopedData(IDENTIFIER, attestationCrypto.envelop(rsaKey, plaintext))
}

function fileOf(name: string, content: Uint8Array | string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('CiphertextForRecipient', () => {
  for (const bits of [2_048, 3_072, 4_096]) {
    it(`is decrypted by openssl cms under ${bits} bits`, async (t) => {
      if (!hasOpenssl) return t.skip('needs openssl: apt-get install openssl')
      const key = enclaveKey(bits)
      const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' })
      const keyFile = fileOf('enclave.key', pem)
      // A data key, a private key of 4096 bits, what is shorter than a block, and nothing.
      for (const length of [32, 2_400, 1, 0, 16]) {
        const plaintext = randomBytes(length)
        const file = fileOf('sealed.der', await sealTo(key, plaintext))
        const options = ['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', file]
        assert.deepEqual(execFileSync('openssl', [...options, '-inkey', keyFile]), plaintext)
      }
    })
  }

  it('is of the shape that AWS gives, which parsers of enclaves rely upon', async () => {
    const sealed = Buffer.from(await sealTo(enclaveKey(), new Uint8Array(32)))
    const hex = sealed.toString('hex')
    const sha256 = '300d06096086480165030402010500'
    const expected = [
      // ContentInfo, [0] and EnvelopedData are of indefinite length; the recipients are not.
      '3080 06092a864886f70d010703 a080 3080 020102',
      '3182016b 30820167 020102',
      `8020 ${'ab'.repeat(32)}`,
      // RSAES-OAEP with SHA-256 in both places.
      `303c 06092a864886f70d010107 302f a00f ${sha256} a11c 301a 06092a864886f70d010108 ${sha256}`,
      '04820100 (?:..){256}',
      // EncryptedContentInfo: AES-256-CBC.
      '3080 06092a864886f70d010701 301d 060960864801650304012a 0410 (?:..){16}',
      'a080 0430 (?:..){48}',
      // The ends of the five.
      '(?:0000){5}',
    ]
    assert.match(hex, new RegExp(`^${expected.join('').replaceAll(' ', '')}$`))
  })
})
