import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SigV4Crypto, signRequest } from '@claviger/sigv4'
import { type Measurement, median } from './measurement.ts'
import { ratePerSecond, type ThroughputOptions } from './throughput.ts'

export const crypto: SigV4Crypto = {
  sha256Hex: (data) => createHash('sha256').update(data).digest('hex'),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
  equal: timingSafeEqual,
}
const PLAINTEXT = Buffer.alloc(32, 7).toString('base64')
const CONTEXT = { app: 'bench' }

/** The same work by the native protocol and by AWS's, under the same keys. */
interface Pair {
  readonly name: string
  readonly rest: string
  readonly aws: string
  readonly bar: number
}

/**
 * AWS's protocol, signature and policy included, beside the native one. The windows alternate, so that what
 * else the machine does weighs on both.
 */
export async function measureAws(options: ThroughputOptions): Promise<readonly Measurement[]> {
  const { keeper, rounds } = options
  const measurements: Measurement[] = []
  for (const { name, rest, aws, bar } of await pairs(keeper)) {
    const rates: Record<'rest' | 'aws', number[]> = { rest: [], aws: [] }
    await ratePerSecond({ ...options, windowSeconds: 0.5 }, keeper.port, aws)
    for (let round = 0; round < rounds; round++) {
      rates.rest.push(await ratePerSecond(options, keeper.port, rest))
      rates.aws.push(await ratePerSecond(options, keeper.port, aws))
    }
    const value = median(rates.aws)
    const limit = median(rates.rest)
    measurements.push({
      name,
      value,
      unit: 'req/s',
      limit,
      ratio: value / limit,
      bar,
      side: 'at-least',
    })
  }
  return measurements
}

async function pairs(keeper: ThroughputOptions['keeper']): Promise<readonly Pair[]> {
  const symmetric = await keyId(keeper, 'bench-encrypt')
  const p256 = await keyId(keeper, 'bench-p256')
  const rest = (key: string, verb: string, body: object): string =>
    keeper.request('POST', `/v1/keys/${key}/${verb}`, body)
  const EncryptionContext = CONTEXT
  return [
    {
      name: 'aws-encrypt/rest-encrypt',
      rest: rest('bench-encrypt', 'encrypt', { plaintext: PLAINTEXT, context: CONTEXT }),
      aws: signed(keeper.folder, 'Encrypt', {
        KeyId: symmetric,
        Plaintext: PLAINTEXT,
        EncryptionContext,
      }),
      bar: 0.6,
    },
    {
      name: 'aws-generate-data-key/rest-generate-data-key',
      rest: rest('bench-encrypt', 'generate-data-key', { lengthBytes: 32, context: CONTEXT }),
      aws: signed(keeper.folder, 'GenerateDataKey', {
        KeyId: symmetric,
        KeySpec: 'AES_256',
        EncryptionContext,
      }),
      bar: 0.6,
    },
    {
      name: 'aws-sign-p256/rest-sign-p256',
      rest: rest('bench-p256', 'sign', { message: PLAINTEXT }),
      aws: signed(keeper.folder, 'Sign', {
        KeyId: p256,
        Message: PLAINTEXT,
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
      bar: 0.7,
    },
  ]
}

async function keyId(keeper: ThroughputOptions['keeper'], name: string): Promise<string> {
  const answer: unknown = JSON.parse(await keeper.call('GET', `/v1/keys/${name}`))
  const { id } = (answer as { readonly key?: { readonly id?: string } }).key ?? {}
  if (id === undefined) throw new Error(`no id in the answer about ${name}`)
  return id
}

/** A call as botocore sends it: its signature holds for a quarter of an hour, longer than a run. */
function signed(folder: string, action: string, input: object): string {
  const credentials = readFileSync(join(folder, 'aws-credentials'), 'utf8')
  const setting = (name: string): string =>
    new RegExp(`^${name} = (.+)$`, 'm').exec(credentials)?.[1] ?? ''
  const body = JSON.stringify(input)
  const headers = {
    host: 'localhost',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `TrentService.${action}`,
  }
  const added = signRequest(
    crypto,
    { method: 'POST', target: '/', headers, body: Buffer.from(body) },
    {
      accessKeyId: setting('aws_access_key_id'),
      secret: Buffer.from(setting('aws_secret_access_key')),
      region: 'us-east-1',
      service: 'kms',
      now: Date.now(),
    },
  )
  const all = { ...headers, ...added, 'content-length': String(Buffer.byteLength(body)) }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST / HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
