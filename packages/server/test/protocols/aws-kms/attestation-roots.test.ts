import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readNitroRoots } from '../../../src/nitro-roots.ts'
import { certify } from './attestation-authority.ts'

const folder = mkdtempSync(join(tmpdir(), 'claviger-roots-'))

after(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(content: string): string {
  const path = join(folder, 'roots.pem')
  writeFileSync(path, content)
  return path
}

const pemOf = (der: Uint8Array): string => {
  const lines = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

describe('the file of aws.nitro-root', () => {
  it('may have several roots, and words around them', async () => {
    const now = Date.now()
    const one = await certify({ name: 'one', authority: true, now })
    const two = await certify({ name: 'two', authority: true, now })
    const path = fileOf(`of aws:\n${pemOf(one.der)}\nof another partition:\n${pemOf(two.der)}`)
    assert.deepEqual(readNitroRoots(path), [one.der, two.der])
  })

  it('stops the start where it is missing, empty, too long or no certificate', () => {
    const missing = join(folder, 'none.pem')
    assert.throws(() => readNitroRoots(missing), /cannot read .*none\.pem \(ENOENT\); aws\.nitro/)
    assert.throws(() => readNitroRoots(fileOf('')), /has no certificate in PEM/)
    assert.throws(() => readNitroRoots(fileOf('x'.repeat(65_537))), /is too long/)
    const path = fileOf(pemOf(new Uint8Array(300)))
    assert.throws(() => readNitroRoots(path), /has a certificate that cannot be read/)
  })
})
