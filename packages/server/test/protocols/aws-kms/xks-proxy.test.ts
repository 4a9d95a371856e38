import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import { createKey, destroyKey, KeeperError, rotateKey, suspendKey } from '@claviger/core'
import { formatTimestamp, SigV4Error } from '@claviger/sigv4'
import {
  answerXks,
  type XksAnswer,
  type XksPorts,
} from '../../../src/protocols/aws-kms/xks/xks-proxy.ts'
import { XKS_STATUSES, type XksErrorName } from '../../../src/protocols/aws-kms/xks/xks-error.ts'
import { makeWorld, T0, type World } from '../../keeper/world.ts'
import { base64, TEST_CRYPTO } from './aws-world.ts'

type Json = Record<string, unknown>

const METADATA = {
  awsPrincipalArn: 'arn:aws:iam::111122223333:user/Alice',
  kmsKeyArn: 'arn:aws:kms:us-east-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsOperation: 'Encrypt',
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
  kmsViaService: 'ebs',
}
const AAD = base64('project=nile,department=marketing')
const ENCRYPT: Json = {
  requestMetadata: METADATA,
  plaintext: base64('Hello World!'),
  additionalAuthenticatedData: AAD,
  encryptionAlgorithm: 'AES_GCM',
  ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
}

interface Proxy {
  readonly world: World
  readonly reported: unknown[]
  ready: boolean
  readonly post: (path: string, body: unknown) => Promise<Json & { readonly status: number }>
  readonly answer: (request: Partial<Parameters<typeof answerXks>[1]>) => Promise<XksAnswer>
  readonly refused: (name: XksErrorName, path: string, body: unknown) => Promise<void>
}

async function proxy(prefix = '/team-a'): Promise<Proxy> {
  const world = makeWorld()
  await world.run(createKey, { name: 'outer', spec: 'aes-256' })
  const reported: unknown[] = []
  const made = { ready: true }
  const ports: XksPorts = {
    keeper: world.keeper,
    crypto: TEST_CRYPTO,
    prefix,
    version: '9.9.9',
    now: () => T0,
    isReady: () => made.ready,
    report: (error) => `incident-${reported.push(error)}`,
  }
  const answer: Proxy['answer'] = (request) =>
    answerXks(ports, {
      method: 'POST',
      path: `${prefix}/kms/xks/v1/health`,
      body: Buffer.from('{}'),
      peer: '127.0.0.1',
      headers: { 'x-amz-date': formatTimestamp(T0 - 299_000) },
      authenticate: () => world.session,
      ...request,
    })
  const post: Proxy['post'] = async (path, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const got = await answer({ path: `${prefix}/kms/xks/v1${path}`, body: Buffer.from(text) })
    return { ...(JSON.parse(got.body) as Json), status: got.status }
  }
  return Object.assign(made, {
    world,
    reported,
    answer,
    post,
    refused: async (name: XksErrorName, path: string, body: unknown) => {
      const got = await post(path, body)
      assert.equal(got['errorName'], name, JSON.stringify(got))
      assert.equal(got.status, XKS_STATUSES[name])
      assert.match(String(got['errorMessage']), /^[\x20-\x7e]{1,511}$/)
    },
  })
}

/** What KMS sends back to have an answer of Encrypt opened. */
function decryptRequest(sealed: Json, change: Json = {}): Json {
  const { ciphertext, ciphertextMetadata, initializationVector, authenticationTag } = sealed
  return {
    requestMetadata: { ...METADATA, kmsOperation: 'Decrypt' },
    additionalAuthenticatedData: AAD,
    encryptionAlgorithm: 'AES_GCM',
    ciphertext,
    ciphertextMetadata,
    initializationVector,
    authenticationTag,
    ...change,
  }
}

const bytes = (value: unknown): Buffer => Buffer.from(String(value), 'base64')

describe('the XKS proxy', () => {
  it('tells of a key', async () => {
    const { post, world } = await proxy()
    const metadata = { requestMetadata: { ...METADATA, kmsOperation: 'DescribeKey' } }
    assert.deepEqual(await post('/keys/outer/metadata', metadata), {
      keySpec: 'AES_256',
      keyUsage: ['ENCRYPT', 'DECRYPT', 'WRAP', 'UNWRAP'],
      keyStatus: 'ENABLED',
      status: 200,
    })
    await world.run(createKey, { name: 'pair', spec: 'rsa-2048', purpose: 'sign' })
    assert.deepEqual(await post('/keys/pair/metadata', metadata), {
      keySpec: 'RSA_2048',
      keyUsage: ['SIGN', 'VERIFY'],
      keyStatus: 'ENABLED',
      status: 200,
    })
    await world.run(suspendKey, { key: 'outer', reason: 'test' })
    assert.equal((await post('/keys/outer/metadata', metadata))['keyStatus'], 'DISABLED')
  })

  it('encrypts as the specification says, with the integrity value of appendix C', async () => {
    const { post } = await proxy()
    const sealed = await post('/keys/outer/encrypt', ENCRYPT)
    assert.equal(sealed.status, 200)
    const parts = ['ciphertextMetadata', 'initializationVector', 'ciphertext', 'authenticationTag']
    const [metadata, iv, ciphertext, tag] = parts.map((name) => bytes(sealed[name]))
    assert.equal(iv?.length, 12)
    assert.equal(tag?.length, 16)
    assert.equal(ciphertext?.length, 'Hello World!'.length)
    assert((metadata?.length ?? 0) <= 20)
    const hash = createHash('sha256').update(bytes(AAD))
    for (const name of parts) hash.update(bytes(sealed[name]))
    assert.equal(sealed['ciphertextDataIntegrityValue'], hash.digest('base64'))

    const { ciphertextDataIntegrityValueAlgorithm: _asked, ...unasked } = ENCRYPT
    const plain = await post('/keys/outer/encrypt', unasked)
    assert.equal(plain.status, 200)
    assert(!('ciphertextDataIntegrityValue' in plain))
  })

  it('takes the sizes it must', async () => {
    const { post } = await proxy()
    const plaintext = base64(Buffer.alloc(4_300, 1))
    const additionalAuthenticatedData = base64(Buffer.alloc(8_192, 2))
    const sealed = await post('/keys/outer/encrypt', {
      ...ENCRYPT,
      plaintext,
      additionalAuthenticatedData,
    })
    const opened = await post(
      '/keys/outer/decrypt',
      decryptRequest(sealed, { additionalAuthenticatedData }),
    )
    assert.equal(opened['plaintext'], plaintext)
  })

  it('opens what earlier versions of the key sealed', async () => {
    const { post, world } = await proxy()
    const before = await post('/keys/outer/encrypt', ENCRYPT)
    await world.run(rotateKey, { key: 'outer' })
    const after = await post('/keys/outer/encrypt', ENCRYPT)
    assert.notEqual(before['ciphertextMetadata'], after['ciphertextMetadata'])
    for (const sealed of [before, after]) {
      assert.deepEqual(await post('/keys/outer/decrypt', decryptRequest(sealed)), {
        plaintext: ENCRYPT['plaintext'],
        status: 200,
      })
    }
  })

  it('writes the request of KMS into the log', async () => {
    const { post, world } = await proxy()
    await post('/keys/outer/encrypt', ENCRYPT)
    const event = world.log.events.at(-1)
    assert.equal(event?.['protocol'], 'aws-xks')
    assert.equal(event?.['request'], METADATA.kmsRequestId)
    assert.equal(event?.['action'], 'key.encrypt')
  })

  it('answers for its health', async () => {
    const made = await proxy('')
    const health = { requestMetadata: { kmsRequestId: 'x', kmsOperation: 'KmsHealthCheck' } }
    assert.deepEqual(await made.post('/health', health), {
      xksProxyFleetSize: 1,
      xksProxyVendor: 'Claviger',
      xksProxyModel: 'Claviger 9.9.9',
      ekmVendor: 'Claviger',
      ekmFleetDetails: [{ id: 'keeper', model: 'Claviger 9.9.9', healthStatus: 'ACTIVE' }],
      status: 200,
    })
    made.ready = false
    await made.refused('InternalException', '/health', health)
  })
})

describe('the XKS proxy refuses', () => {
  it('other methods than POST, and other paths', async () => {
    const { answer, refused } = await proxy()
    assert.deepEqual(await answer({ method: 'GET' }), { status: 405, body: '' })
    const paths = [
      '',
      '/',
      '/Health',
      '/health/',
      '/keys/outer',
      '/keys/outer/sign',
      '/keys/a%20b/encrypt',
      '/keys/a/b/encrypt',
      `/keys/${'k'.repeat(129)}/encrypt`,
    ]
    for (const path of paths) await refused('InvalidUriPathException', path, ENCRYPT)
    const { body } = await answer({ path: '/other/kms/xks/v1/health' })
    assert.match(body, /InvalidUriPathException/)
  })

  it('a bad signature, an old one, and one by nobody', async () => {
    const { answer } = await proxy()
    const failing = (error: Error) => ({
      authenticate: (): never => {
        throw error
      },
    })
    const bad: Partial<Parameters<typeof answerXks>[1]>[] = [
      failing(new SigV4Error('mismatch', 'no')),
      failing(new KeeperError('unauthenticated', 'no')),
      { headers: { 'x-amz-date': formatTimestamp(T0 - 301_000) } },
      { headers: { 'x-amz-date': formatTimestamp(T0 + 301_000) } },
    ]
    for (const request of bad) {
      const { status, body } = await answer(request)
      assert.equal(status, 401)
      assert.match(body, /^{"errorName":"AuthenticationFailedException"/)
    }
    const limited = await answer(failing(new KeeperError('rate-limited', 'later')))
    assert.equal(limited.status, 429)
    assert.match(limited.body, /ThrottlingException/)
  })

  it('bodies that are not what they must be', async () => {
    const { refused } = await proxy()
    const bad: unknown[] = [
      'no json',
      '[]',
      'null',
      { ...ENCRYPT, requestMetadata: undefined },
      { ...ENCRYPT, requestMetadata: { ...METADATA, kmsRequestId: 7 } },
      { ...ENCRYPT, requestMetadata: { ...METADATA, kmsOperation: undefined } },
      { ...ENCRYPT, requestMetadata: { ...METADATA, awsPrincipalArn: undefined } },
      { ...ENCRYPT, requestMetadata: { ...METADATA, kmsKeyArn: 'x'.repeat(2_049) } },
      { ...ENCRYPT, plaintext: undefined },
      { ...ENCRYPT, plaintext: 'not base64!' },
      { ...ENCRYPT, plaintext: 12 },
      { ...ENCRYPT, encryptionAlgorithm: 'AES_CBC' },
      { ...ENCRYPT, ciphertextDataIntegrityValueAlgorithm: 'MD5' },
      { ...ENCRYPT, additionalAuthenticatedData: 'A' },
    ]
    for (const body of bad) await refused('ValidationException', '/keys/outer/encrypt', body)
  })

  it('what is larger than it takes', async () => {
    const { refused } = await proxy()
    const large = base64(Buffer.alloc(8_193))
    for (const name of ['plaintext', 'additionalAuthenticatedData']) {
      const body = { ...ENCRYPT, [name]: large }
      await refused('UnsupportedOperationException', '/keys/outer/encrypt', body)
    }
  })

  it('ciphertexts that are not its own, all alike', async () => {
    const { post, refused, world } = await proxy()
    const sealed = await post('/keys/outer/encrypt', ENCRYPT)
    await world.run(rotateKey, { key: 'outer' })
    const metadata = bytes(sealed['ciphertextMetadata'])
    const otherVersion = Buffer.from(metadata)
    otherVersion[4] = 2
    const noVersion = Buffer.from(metadata)
    noVersion[4] = 9
    const changes: Json[] = [
      { ciphertext: base64('hELLO wORLD!') },
      { additionalAuthenticatedData: base64('project=other') },
      { additionalAuthenticatedData: undefined },
      { ciphertextMetadata: base64(otherVersion) },
      { ciphertextMetadata: base64(noVersion) },
      { ciphertextMetadata: base64('key_version=1') },
      { ciphertextMetadata: undefined },
      { initializationVector: base64(Buffer.alloc(12)) },
      { initializationVector: base64(Buffer.alloc(16)) },
      { initializationVector: base64(Buffer.alloc(11)) },
      { authenticationTag: base64(Buffer.alloc(16)) },
      { authenticationTag: base64(Buffer.alloc(15)) },
    ]
    for (const change of changes) {
      const body = decryptRequest(sealed, change)
      await refused('InvalidCiphertextException', '/keys/outer/decrypt', body)
    }
    const long = decryptRequest(sealed, { ciphertextMetadata: base64(Buffer.alloc(21)) })
    await refused('ValidationException', '/keys/outer/decrypt', long)
  })

  it('metadata passed off as the data of the caller', async () => {
    const { post, refused } = await proxy()
    const { additionalAuthenticatedData: _none, ...bare } = ENCRYPT
    const sealed = await post('/keys/outer/encrypt', bare)
    const swapped = decryptRequest(sealed, {
      additionalAuthenticatedData: sealed['ciphertextMetadata'],
    })
    await refused('InvalidCiphertextException', '/keys/outer/decrypt', swapped)
  })

  it('keys that are not there, not allowed, of another kind, or out of force', async () => {
    const { post, refused, world } = await proxy()
    const sealed = await post('/keys/outer/encrypt', ENCRYPT)
    await refused('KeyNotFoundException', '/keys/none/encrypt', ENCRYPT)
    await refused('KeyNotFoundException', '/keys/None-1/metadata', ENCRYPT)
    await refused('KeyNotFoundException', '/keys/none/decrypt', decryptRequest(sealed))
    await world.run(createKey, { name: 'small', spec: 'aes-128' })
    await world.run(createKey, { name: 'pair', spec: 'ec-p256' })
    for (const key of ['small', 'pair']) {
      await refused('InvalidKeyUsageException', `/keys/${key}/encrypt`, ENCRYPT)
    }
    world.denied.add('key.encrypt')
    await refused('AccessDeniedException', '/keys/outer/encrypt', ENCRYPT)
    world.denied.clear()
    await world.run(suspendKey, { key: 'outer', reason: 'test' })
    await refused('InvalidStateException', '/keys/outer/encrypt', ENCRYPT)
    await refused('InvalidStateException', '/keys/outer/decrypt', decryptRequest(sealed))
    await world.run(destroyKey, { key: 'small', windowDays: 7 })
    const metadata = await post('/keys/small/metadata', ENCRYPT)
    assert.equal(metadata['keyStatus'], 'DISABLED')
  })

  it('everything while the log does not accept, and says which incident a fault is', async () => {
    const { answer, refused, reported, world } = await proxy()
    world.log.fail()
    await refused('InternalException', '/keys/outer/encrypt', ENCRYPT)
    const { status, body } = await answer({
      authenticate: () => {
        throw new Error('a fault')
      },
    })
    assert.equal(status, 500)
    assert.match(body, /InternalException.*incident-1/)
    assert.equal(reported.length, 1)
  })
})
