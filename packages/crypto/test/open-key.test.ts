import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import {
  type CryptoError,
  exportKey,
  generateKey,
  keySpecNames,
  keySpecs,
  openKey,
  sign,
  verify,
} from '../src/index.ts'

const curves = keySpecNames.filter((spec) => keySpecs[spec].family === 'ec')
const message = new Uint8Array(16)
const invalid = (error: CryptoError): boolean => error.code === 'invalid-key'

async function made(spec: (typeof curves)[number]): Promise<{ der: Uint8Array; at: number }> {
  const material = await generateKey(spec)
  const scalar = Buffer.from(exportKey(material, 'raw-private'))
  return { der: material.secret, at: Buffer.from(material.secret).indexOf(scalar) }
}

for (const spec of curves) {
  test(`${spec}: opens as what OpenSSL reads, and as no other curve`, async () => {
    const material = await generateKey(spec)
    const key = openKey(spec, material.secret)
    const read = createPrivateKey({
      key: Buffer.from(material.secret),
      format: 'der',
      type: 'pkcs8',
    })
    const raw = read.export({ format: 'raw-private' })
    assert.deepEqual(Buffer.from(exportKey(material, 'raw-private')), raw)
    const signature = await sign(key, 'ecdsa-sha256', { message })
    assert.equal(await verify(key, 'ecdsa-sha256', { message }, signature), true)
    for (const other of curves) {
      if (other !== spec) assert.throws(() => openKey(other, material.secret), invalid)
    }
    assert.throws(() => openKey('ed25519', material.secret), invalid)
  })

  test(`${spec}: a scalar of zero or beyond the order, or of another length, is refused`, async () => {
    const { der, at } = await made(spec)
    const scalarBytes = der[at - 1] as number
    der.fill(0, at, at + scalarBytes)
    assert.throws(() => openKey(spec, der), invalid)
    der[at + scalarBytes - 1] = 1
    openKey(spec, der)
    der.fill(0xff, at, at + scalarBytes)
    assert.throws(() => openKey(spec, der), invalid)
    der[at - 1] = scalarBytes - 1
    assert.throws(() => openKey(spec, der), invalid)
  })
}

test('P-256: the largest scalar is n-1', async () => {
  const { der, at } = await made('ec-p256')
  const last = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550'
  der.set(Uint8Array.fromHex(last), at)
  openKey('ec-p256', der)
  der[at + 31] = 0x51
  assert.throws(() => openKey('ec-p256', der), invalid)
})
