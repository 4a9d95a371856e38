import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { signRequest } from '@claviger/sigv4'
import { crypto } from './aws.ts'
import type { KeeperProcess } from './keeper-process.ts'
import type { LoadProcess } from './load-process.ts'
import type { Measurement } from './measurement.ts'

const RATE_PER_SECOND = 500
/** KMS gives up on an answer that takes longer (XKS proxy API 1.0.3). */
const P99_MS_MAX = 250
const CONNECTIONS = 32
const KEY = '/kms/xks/v1/keys/bench-encrypt'
const METADATA = {
  awsPrincipalArn: 'arn:aws:iam::000000000000:user/bench',
  kmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  kmsOperation: 'Encrypt',
  kmsRequestId: '4112f4d6-db54-4af4-ae30-c55a22a8dfae',
}
const DATA = {
  additionalAuthenticatedData: Buffer.from('app=bench').toString('base64'),
  encryptionAlgorithm: 'AES_GCM',
}

/** What AWS KMS would wait for: each call of the proxy at the rate that must be held, and their times. */
export async function measureXks(
  keeper: KeeperProcess,
  load: LoadProcess,
  seconds: number,
): Promise<readonly Measurement[]> {
  const encrypt = {
    ...DATA,
    requestMetadata: METADATA,
    plaintext: Buffer.alloc(32, 7).toString('base64'),
    ciphertextDataIntegrityValueAlgorithm: 'SHA_256',
  }
  const sealed = await post(keeper, `${KEY}/encrypt`, encrypt)
  const { ciphertextDataIntegrityValue: _value, ...ciphertext } = sealed
  const calls: readonly (readonly [string, string, object])[] = [
    ['encrypt', `${KEY}/encrypt`, encrypt],
    ['decrypt', `${KEY}/decrypt`, { ...DATA, requestMetadata: METADATA, ...ciphertext }],
    ['metadata', `${KEY}/metadata`, { requestMetadata: METADATA }],
    ['health', '/kms/xks/v1/health', { requestMetadata: METADATA }],
  ]
  const measurements: Measurement[] = []
  for (const [name, path, body] of calls) {
    const requests = [textOf(signed(keeper.folder, path, body), path)]
    const { p99Ms = Number.NaN, done } = await load.run({
      port: keeper.port,
      ca: keeper.ca,
      connections: CONNECTIONS,
      seconds,
      requests,
      ratePerSecond: RATE_PER_SECOND,
    })
    const held = done / seconds
    measurements.push(
      { name: `xks-${name}-p99`, value: p99Ms, unit: 'ms', bar: P99_MS_MAX, side: 'at-most' },
      {
        name: `xks-${name}-rate/asked`,
        value: held,
        unit: 'req/s',
        limit: RATE_PER_SECOND,
        ratio: held / RATE_PER_SECOND,
        bar: 0.95,
        side: 'at-least',
      },
    )
  }
  return measurements
}

interface Signed {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function signed(folder: string, path: string, content: object): Signed {
  const credentials = readFileSync(join(folder, 'aws-credentials'), 'utf8')
  const setting = (name: string): string =>
    new RegExp(`^${name} = (.+)$`, 'm').exec(credentials)?.[1] ?? ''
  const body = JSON.stringify(content)
  const headers = { host: 'localhost', 'content-type': 'application/json' }
  const added = signRequest(
    crypto,
    { method: 'POST', target: path, headers, body: Buffer.from(body) },
    {
      accessKeyId: setting('aws_access_key_id'),
      secret: Buffer.from(setting('aws_secret_access_key')),
      region: 'us-east-1',
      service: 'kms-xks-proxy',
      now: Date.now(),
    },
  )
  return {
    headers: { ...headers, ...added, 'content-length': String(Buffer.byteLength(body)) },
    body,
  }
}

function textOf({ headers, body }: Signed, path: string): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

/** One call outside of the measurement. */
function post(
  keeper: KeeperProcess,
  path: string,
  content: object,
): Promise<Readonly<Record<string, unknown>>> {
  const { headers, body } = signed(keeper.folder, path, content)
  const ca = readFileSync(keeper.ca)
  const options = { host: '127.0.0.1', servername: 'localhost', port: keeper.port, path, ca }
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...options, method: 'POST', headers }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (answer += chunk))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(answer) as Record<string, unknown>)
        else reject(new Error(`${path}: ${response.statusCode} ${answer}`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
