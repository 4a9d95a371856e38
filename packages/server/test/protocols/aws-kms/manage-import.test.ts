import { strict as assert } from 'node:assert'
import {
  constants,
  createCipheriv,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from 'node:crypto'
import { describe, test } from 'node:test'
import * as core from '@claviger/core'
import { makeQuorumWorld } from '../../keeper/quorum-world.ts'
import { type AwsWorld, base64, bytesOf, makeAwsWorld, type Output, textOf } from './aws-world.ts'

const FOREVER = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' }
const ALGORITHMS = [
  'RSAES_OAEP_SHA_1',
  'RSAES_OAEP_SHA_256',
  'RSA_AES_KEY_WRAP_SHA_1',
  'RSA_AES_KEY_WRAP_SHA_256',
] as const
type Algorithm = (typeof ALGORITHMS)[number]

async function parameters(
  world: AwsWorld,
  KeyId: string,
  WrappingAlgorithm: Algorithm = 'RSAES_OAEP_SHA_256',
): Promise<Output> {
  const asked = { KeyId, WrappingAlgorithm, WrappingKeySpec: 'RSA_2048' }
  return world.call('GetParametersForImport', asked)
}

/** As AWS's guide does it with OpenSSL. */
function wrap(given: Output, algorithm: Algorithm, material: Uint8Array): Buffer {
  const key = createPublicKey({ key: bytesOf(given, 'PublicKey'), format: 'der', type: 'spki' })
  const oaepHash = algorithm.endsWith('SHA_1') ? 'sha1' : 'sha256'
  const seal = (data: Uint8Array): Buffer =>
    publicEncrypt({ key, oaepHash, padding: constants.RSA_PKCS1_OAEP_PADDING }, data)
  if (!algorithm.startsWith('RSA_AES')) return seal(material)
  const aes = randomBytes(32)
  const cipher = createCipheriv('id-aes256-wrap-pad', aes, Buffer.from('a65959a6', 'hex'))
  return Buffer.concat([seal(aes), cipher.update(material), cipher.final()])
}

async function bring(
  world: AwsWorld,
  KeyId: string,
  material: Uint8Array,
  more: Output = {},
  algorithm: Algorithm = 'RSAES_OAEP_SHA_256',
): Promise<Output> {
  const given = await parameters(world, KeyId, algorithm)
  const { ImportToken } = given
  const EncryptedKeyMaterial = wrap(given, algorithm, material)
  const input = { KeyId, ImportToken, EncryptedKeyMaterial, ...FOREVER, ...more }
  return world.call('ImportKeyMaterial', input)
}

async function external(world: AwsWorld, more: Output = {}): Promise<string> {
  const made = await world.call('CreateKey', { Origin: 'EXTERNAL', ...more })
  return textOf(made, 'KeyMetadata.KeyId')
}

const metadata = async (world: AwsWorld, KeyId: string): Promise<Output> =>
  (await world.call('DescribeKey', { KeyId }))['KeyMetadata'] as Output

describe('a key whose material is made elsewhere', () => {
  for (const algorithm of ALGORITHMS) {
    test(`takes it under ${algorithm}, and computes with it`, async () => {
      const world = makeAwsWorld()
      const spec = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }
      const KeyId = await external(world, spec)
      assert.equal((await metadata(world, KeyId))['KeyState'], 'PendingImport')
      const material = randomBytes(32)
      const { KeyId: arn } = await bring(world, KeyId, material, {}, algorithm)
      const shown = await metadata(world, KeyId)
      assert.equal(shown['Arn'], arn)
      assert.equal(shown['KeyState'], 'Enabled')
      assert.equal(shown['ExpirationModel'], 'KEY_MATERIAL_DOES_NOT_EXPIRE')
      const Message = base64('a message')
      const made = await world.call('GenerateMac', { KeyId, MacAlgorithm: 'HMAC_SHA_256', Message })
      const mac = createHmac('sha256', material).update('a message').digest()
      assert.deepEqual(bytesOf(made, 'Mac'), mac)
    })
  }

  test('is used by nobody before, and does not become enabled by a call', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    const message = /is pending import\.$/
    const Plaintext = base64('x')
    await world.refused('KMSInvalidStateException', 'Encrypt', { KeyId, Plaintext }, { message })
    for (const action of ['EnableKey', 'DisableKey']) {
      await world.refused('KMSInvalidStateException', action, { KeyId }, { message })
    }
  })

  test('pairs come as PKCS#8, and RSA under RSA_AES only', async () => {
    const world = makeAwsWorld()
    const ec = await external(world, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    await bring(world, ec, der)
    assert.equal((await metadata(world, ec))['KeyState'], 'Enabled')
    const rsa = await external(world, { KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })
    await world.refused('UnsupportedOperationException', 'GetParametersForImport', {
      KeyId: rsa,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_256',
      WrappingKeySpec: 'RSA_2048',
    })
    const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const large = pair.privateKey.export({ format: 'der', type: 'pkcs8' })
    await bring(world, rsa, large, {}, 'RSA_AES_KEY_WRAP_SHA_256')
    assert.equal((await metadata(world, rsa))['KeyState'], 'Enabled')
    const KeyId = await external(world, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    await assert.rejects(bring(world, KeyId, large, {}, 'RSA_AES_KEY_WRAP_SHA_256'), {
      exception: 'IncorrectKeyMaterialException',
    })
  })

  test('loses it on its date, and takes back nothing else', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    const material = randomBytes(32)
    const until = world.clock.now() / 1_000 + 3_600
    const expiring = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: until }
    await bring(world, KeyId, material, expiring)
    const shown = await metadata(world, KeyId)
    assert.equal(shown['ExpirationModel'], 'KEY_MATERIAL_EXPIRES')
    assert.equal(shown['ValidTo'], until)
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('kept') })
    world.clock.set(until * 1_000)
    assert.equal((await metadata(world, KeyId))['KeyState'], 'PendingImport')
    await world.refused('KMSInvalidStateException', 'Decrypt', { CiphertextBlob })
    await assert.rejects(bring(world, KeyId, randomBytes(32)), {
      exception: 'IncorrectKeyMaterialException',
    })
    await bring(world, KeyId, material)
    const opened = await world.call('Decrypt', { CiphertextBlob })
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'kept')
    await world.call('DeleteImportedKeyMaterial', { KeyId })
    await world.call('DeleteImportedKeyMaterial', { KeyId })
    assert.equal((await metadata(world, KeyId))['KeyState'], 'PendingImport')
  })

  test('takes several, one after the other', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    const [one, two] = [randomBytes(32), randomBytes(32)]
    const first = textOf(await bring(world, KeyId, one), 'KeyMaterialId')
    const { CiphertextBlob } = await world.call('Encrypt', { KeyId, Plaintext: base64('old') })
    await world.refused('KMSInvalidStateException', 'RotateKeyOnDemand', { KeyId })
    const fresh = { ImportType: 'NEW_KEY_MATERIAL', KeyMaterialDescription: 'of November' }
    const second = textOf(await bring(world, KeyId, two, fresh), 'KeyMaterialId')
    assert.notEqual(first, second)
    await assert.rejects(bring(world, KeyId, randomBytes(32), fresh), {
      exception: 'KMSInvalidStateException',
    })
    const list = async (IncludeKeyMaterial?: string): Promise<Output[]> =>
      (await world.call('ListKeyRotations', { KeyId, IncludeKeyMaterial }))['Rotations'] as Output[]
    assert.deepEqual(await list(), [])
    const states = (await list('ALL_KEY_MATERIAL')).map((entry) => [
      entry['KeyMaterialId'],
      entry['KeyMaterialState'],
      entry['ImportState'],
      entry['KeyMaterialDescription'],
    ])
    assert.deepEqual(states, [
      [first, 'CURRENT', 'IMPORTED', undefined],
      [second, 'PENDING_ROTATION', 'IMPORTED', 'of November'],
    ])
    await world.call('RotateKeyOnDemand', { KeyId })
    assert.equal((await metadata(world, KeyId))['CurrentKeyMaterialId'], second)
    assert.equal((await list()).length, 1)
    await world.call('DeleteImportedKeyMaterial', { KeyId, KeyMaterialId: first })
    assert.equal((await metadata(world, KeyId))['KeyState'], 'PendingImport')
    const again = await bring(world, KeyId, one, { ImportType: 'EXISTING_KEY_MATERIAL' })
    assert.equal(again['KeyMaterialId'], first)
    const opened = await world.call('Decrypt', { CiphertextBlob })
    assert.equal(bytesOf(opened, 'Plaintext').toString(), 'old')
    await assert.rejects(bring(world, KeyId, one, { ImportType: 'NEW_KEY_MATERIAL' }), {
      exception: 'IncorrectKeyMaterialException',
    })
  })
})

describe('import tokens', () => {
  test('are for one key, one use and one day, and unchanged', async () => {
    const world = makeAwsWorld()
    const [KeyId, other] = [await external(world), await external(world)]
    const given = await parameters(world, KeyId)
    const token = bytesOf(given, 'ImportToken')
    const EncryptedKeyMaterial = wrap(given, 'RSAES_OAEP_SHA_256', randomBytes(32))
    const input = { KeyId, ImportToken: token, EncryptedKeyMaterial, ...FOREVER }
    const wrong = (more: Output): Promise<unknown> =>
      world.refused('InvalidImportTokenException', 'ImportKeyMaterial', { ...input, ...more })
    await wrong({ KeyId: other })
    for (const at of [0, 20, 47]) {
      const changed = Buffer.from(token)
      changed[at] = (changed[at] ?? 0) ^ 1
      await wrong({ ImportToken: changed })
    }
    await wrong({ ImportToken: token.subarray(1) })
    const unreadable = { ...input, EncryptedKeyMaterial: randomBytes(256) }
    await world.refused('InvalidCiphertextException', 'ImportKeyMaterial', unreadable)
    await world.call('ImportKeyMaterial', input)
    await wrong({})
    const late = await parameters(world, KeyId)
    world.clock.set(world.clock.now() + core.DAY_MS)
    await world.refused('ExpiredImportTokenException', 'ImportKeyMaterial', {
      ...input,
      ImportToken: late['ImportToken'],
    })
  })

  test('leave no wrapping key behind', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    await bring(world, KeyId, randomBytes(32))
    await parameters(world, KeyId)
    world.clock.set(world.clock.now() + 2 * core.DAY_MS)
    await parameters(world, KeyId)
    const { keys } = await world.run(core.listKeys, { filters: { purpose: 'wrap' }, limit: 10 })
    assert.deepEqual(
      keys.map(({ key }) => key.state),
      ['destroyed', 'destroyed', 'active'],
    )
  })

  test('the members of an import are looked at first', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    const given = await parameters(world, KeyId)
    const EncryptedKeyMaterial = wrap(given, 'RSAES_OAEP_SHA_256', randomBytes(32))
    const input = { KeyId, ImportToken: given['ImportToken'], EncryptedKeyMaterial }
    const no = (more: Output): Promise<unknown> =>
      world.refused('ValidationException', 'ImportKeyMaterial', { ...input, ...more })
    await no({})
    const now = world.clock.now() / 1_000
    await no({ ValidTo: now - 1 })
    await no({ ValidTo: now + 366 * 86_400 })
    await no({ ...FOREVER, ValidTo: now + 60 })
    await no({ ...FOREVER, ImportType: 'OTHER' })
    await no({ ...FOREVER, KeyMaterialId: 'x'.repeat(64) })
    await no({ ...FOREVER, ImportToken: '' })
    await world.refused('IncorrectKeyMaterialException', 'ImportKeyMaterial', {
      ...input,
      ...FOREVER,
      KeyMaterialId: 'a'.repeat(64),
    })
    const short = wrap(given, 'RSAES_OAEP_SHA_256', randomBytes(31))
    await world.refused('IncorrectKeyMaterialException', 'ImportKeyMaterial', {
      ...input,
      ...FOREVER,
      EncryptedKeyMaterial: short,
    })
  })

  test('are for external keys, and the wrappings that AWS takes', async () => {
    const world = makeAwsWorld()
    const own = textOf(await world.call('CreateKey'), 'KeyMetadata.KeyId')
    const asked = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }
    const unsupported = (action: string, input: Output): Promise<unknown> =>
      world.refused('UnsupportedOperationException', action, input)
    await unsupported('GetParametersForImport', { KeyId: own, ...asked })
    await unsupported('DeleteImportedKeyMaterial', { KeyId: own })
    const KeyId = await external(world)
    for (const more of [
      { WrappingAlgorithm: 'RSAES_PKCS1_V1_5' },
      { WrappingAlgorithm: 'SM2PKE' },
      { WrappingKeySpec: 'SM2' },
    ]) {
      await unsupported('GetParametersForImport', { KeyId, ...asked, ...more })
    }
    await world.refused('ValidationException', 'GetParametersForImport', { KeyId })
    await unsupported('EnableKeyRotation', { KeyId })
  })
})

describe('an import is one unit of work', () => {
  test('the material and its description have one entry', async () => {
    const world = makeAwsWorld()
    const KeyId = await external(world)
    const given = await parameters(world, KeyId)
    const seen = world.log.entries.length
    await world.call('ImportKeyMaterial', {
      KeyId,
      ImportToken: given['ImportToken'],
      EncryptedKeyMaterial: wrap(given, 'RSAES_OAEP_SHA_256', randomBytes(32)),
      KeyMaterialDescription: 'from the vault',
      ...FOREVER,
    })
    const actions = world.log.events.slice(seen).map(({ action }) => action)
    assert.deepEqual(actions, ['key.import', 'key.destroy'])
    const all = { KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }
    const { Rotations } = await world.call('ListKeyRotations', all)
    const [first] = Rotations as readonly Output[]
    assert.equal(first?.['KeyMaterialDescription'], 'from the vault')
  })

  test('what ends the token afterwards does not make it fail, a quorum on deletions neither', async () => {
    const quorum = makeQuorumWorld()
    await quorum.person('ann')
    const members = [{ principal: 'ann' }]
    await quorum.as(quorum.admin, core.createGroup, { name: 'board', members })
    const rule = { name: 'one', actions: ['key.destroy'], approvals: 1, group: 'board' }
    await quorum.as(quorum.admin, core.createQuorum, rule)
    const world = makeAwsWorld(quorum)
    const KeyId = await external(world)
    await bring(world, KeyId, randomBytes(32))
    assert.equal((await metadata(world, KeyId))['KeyState'], 'Enabled')
  })
})
