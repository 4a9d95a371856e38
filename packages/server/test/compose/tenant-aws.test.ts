import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import * as core from '@claviger/core'
import { sdkRequest, type SampleCredentials } from '../../../sigv4/test/signed-sample.ts'
import { developmentConfig } from '../../src/development.ts'
import { dispatch } from '../../src/dispatch.ts'
import { mountAws } from '../../src/mount-aws.ts'
import { mountContext } from '../../src/mount-context.ts'
import { mountRest } from '../../src/mount-rest.ts'
import { type House, TenantWorld } from './tenant-world.ts'

const PASSPHRASE = 'seven houses by the river'
const silent = { info: () => {}, warn: () => {}, error: () => {} }
const world = new TenantWorld()
let server: Server

before(async () => {
  await world.open()
  const config = developmentConfig(world.folder, 0)
  const context = mountContext(world.keeper, silent)
  const rest = mountRest(world.keeper, config, context)
  server = createServer(dispatch({ rest, aws: mountAws(world.keeper, config, context) }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await world.close()
})

/** One call of AWS KMS over HTTP, signed by the SDK's own signer. */
async function aws(credentials: SampleCredentials, action: string, input: object) {
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const { headers, body } = await sdkRequest({
    credentials,
    action,
    region: 'us-east-1',
    at: Date.now(),
    body: JSON.stringify(input),
    headers: { host },
  })
  const { host: _host, 'content-length': _length, ...written } = headers
  const response = await fetch(`http://${host}`, {
    method: 'POST',
    headers: written as Record<string, string>,
    body: Buffer.from(body),
  })
  const told = (await response.json()) as { __type?: string; KeyMetadata?: { KeyId: string } }
  return { status: response.status, type: told.__type, keyId: told.KeyMetadata?.KeyId }
}

async function accessKey({ administrator }: House): Promise<SampleCredentials> {
  const { token, secret } = await world.run(administrator, core.createToken, {
    principal: 'dev',
    lifetimeSeconds: 3_600,
    sharedSecret: 'lasting',
  })
  return { accessKeyId: token.identifier ?? '', secretAccessKey: secret }
}

test('a program by AWS KMS is told that the key is unavailable while its tenant is sealed', async () => {
  const [own, other] = [await world.house('own'), await world.house('other')]
  const [ours, theirs] = [await accessKey(own), await accessKey(other)]
  const keys = []
  for (const credentials of [ours, theirs])
    keys.push((await aws(credentials, 'CreateKey', {})).keyId)
  const encrypt = (credentials: SampleCredentials, KeyId: string | undefined) =>
    aws(credentials, 'Encrypt', { KeyId, Plaintext: 'aGk=' })
  assert.equal((await encrypt(ours, keys[0])).status, 200)
  await world.protect(own, PASSPHRASE)
  assert.equal((await encrypt(ours, keys[0])).status, 200)
  await world.run(own.administrator, core.sealTenant, {})
  const refused = await encrypt(ours, keys[0])
  assert.deepEqual([refused.status, refused.type], [503, 'KeyUnavailableException'])
  assert.equal((await encrypt(theirs, keys[1])).status, 200)
  await world.unseal(own, PASSPHRASE)
  assert.equal((await encrypt(ours, keys[0])).status, 200)
})

test("a tenant's quotas are told in the words of AWS KMS", async () => {
  const house = await world.house('small')
  const credentials = await accessKey(house)
  const bound = (quota: core.TenantQuota) =>
    world.run(world.operator, core.setTenantQuota, { tenant: 'small', quota })
  await bound({ keys: 1 })
  assert.equal((await aws(credentials, 'CreateKey', {})).status, 200)
  const second = await aws(credentials, 'CreateKey', {})
  assert.deepEqual([second.status, second.type], [400, 'LimitExceededException'])
  world.stoppedAt = Date.now()
  await bound({ requestsPerSecond: 1 })
  let type: string | undefined
  for (let call = 0; call < 3; call++) ({ type } = await aws(credentials, 'ListKeys', {}))
  assert.equal(type, 'ThrottlingException')
  world.stoppedAt = undefined
})
