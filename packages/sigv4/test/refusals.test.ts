import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  claimedSignature,
  deriveSigningKey,
  formatTimestamp,
  type HttpRequest,
  SigV4Error,
  type SigV4ErrorCode,
  signRequest,
  verifySignature,
} from '../src/index.ts'
import { nodeCrypto } from './node-crypto.ts'
import { CREDENTIALS, NOW, REGION, sdkRequest, SERVICE } from './signed-sample.ts'

const MINUTE = 60_000
const SECRET = encodeUtf8(CREDENTIALS.secretAccessKey)

function verify(request: HttpRequest, now = NOW, service = SERVICE): void {
  const claim = claimedSignature(request, { service, now })
  verifySignature(nodeCrypto, claim, deriveSigningKey(nodeCrypto, SECRET, claim), request)
}

function refused(code: SigV4ErrorCode, message: RegExp, run: () => void): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof SigV4Error, String(error))
    assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message)
    return true
  })
}

/** The request with headers changed after it was signed; undefined takes one away. */
function changed(
  request: HttpRequest,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): HttpRequest {
  return { ...request, headers: { ...request.headers, ...headers } }
}

function edited(request: HttpRequest, from: string | RegExp, to: string): HttpRequest {
  return changed(request, {
    authorization: String(request.headers['authorization']).replace(from, to),
  })
}

/** Signed by this package, with exactly these headers and no more. */
function own(headers: Readonly<Record<string, string>>, now = NOW): HttpRequest {
  const request = { method: 'POST', target: '/', headers, body: encodeUtf8('{}') }
  const { accessKeyId } = CREDENTIALS
  const options = { accessKeyId, secret: SECRET, region: REGION, service: SERVICE, now }
  return { ...request, headers: { ...headers, ...signRequest(nodeCrypto, request, options) } }
}

describe('what the official signer signs', () => {
  test('is accepted for as long as AWS would, and no longer', async () => {
    const request = await sdkRequest()
    for (const minutes of [-15, 0, 15]) verify(request, NOW + minutes * MINUTE)
    refused(
      'not-current',
      /^Signature expired: 20261124T120000Z is now earlier than 20261124T120001Z \(20261124T121501Z - 15 min\.\)$/,
      () => verify(request, NOW + 15 * MINUTE + 1_000),
    )
    refused('not-current', /^Signature not yet current: /, () =>
      verify(request, NOW - 15 * MINUTE - 1_000),
    )
  })

  test('is what this package signs, to the letter', async () => {
    const request = await sdkRequest()
    const { authorization, 'x-amz-date': _date, ...headers } = request.headers
    const { accessKeyId } = CREDENTIALS
    const signed = signRequest(
      nodeCrypto,
      { ...request, headers },
      { accessKeyId, secret: SECRET, region: REGION, service: SERVICE, now: NOW },
    )
    assert.equal(signed['authorization'], authorization)
    verify(changed(request, signed))
  })
})

describe('refused before the secret is asked for', () => {
  test('no signature, and one in the query', async () => {
    const request = await sdkRequest()
    const without = changed(request, { authorization: undefined })
    refused('missing', /^Missing Authentication Token$/, () => verify(without))
    refused('incomplete', /query/, () =>
      verify({ ...without, target: '/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=00' }),
    )
  })

  test('headers that are not of the form', async () => {
    const request = await sdkRequest()
    for (const [from, to] of [
      ['AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA512'],
      ['AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'],
      ['AWS4-HMAC-SHA256', 'Bearer'],
      ['Credential=', 'Credentials='],
      ['Credential=', 'Credential=a,Credential='],
      [/, SignedHeaders=[^,]*/, ''],
      [/Signature=.*/, 'Signature='],
      [/Signature=(..)/, 'Signature=ZZ'],
      ['/aws4_request', ''],
      [/SignedHeaders=[^,]*/, 'SignedHeaders=x-amz-date;host'],
      [/SignedHeaders=[^,]*/, 'SignedHeaders=host;host'],
      [/SignedHeaders=[^,]*/, 'SignedHeaders=Host;x-amz-date'],
      [/SignedHeaders=[^,]*/, 'SignedHeaders='],
    ] as const) {
      refused('incomplete', /./, () => verify(edited(request, from, to)))
    }
    const twice = [request.headers['authorization'], request.headers['authorization']].map(String)
    refused('incomplete', /more than one/, () => verify(changed(request, { authorization: twice })))
    const long = edited(request, 'Credential=', `Credential=${'a'.repeat(9_000)}`)
    refused('incomplete', /too long/, () => verify(long))
  })

  test('another service, another day, no region, another end', async () => {
    const request = await sdkRequest()
    refused('out-of-scope', /correct service: 'kms-xks-proxy'/, () =>
      verify(request, NOW, 'kms-xks-proxy'),
    )
    refused('out-of-scope', /'20261123' != '20261124', from '20261124T120000Z'/, () =>
      verify(edited(request, '20261124', '20261123')),
    )
    refused('out-of-scope', /YYYYMMDD/, () => verify(edited(request, '20261124', 'today')))
    refused('out-of-scope', /valid region/, () => verify(edited(request, REGION, '')))
    refused('out-of-scope', /valid region/, () => verify(edited(request, REGION, 'EU')))
    refused('out-of-scope', /valid terminator/, () =>
      verify(edited(request, 'aws4_request', 'aws5_request')),
    )
  })

  test('headers that are not covered', async () => {
    const request = await sdkRequest()
    for (const name of ['host', 'x-amz-date', 'x-amz-target', 'x-amz-content-sha256']) {
      refused('out-of-scope', new RegExp(`'${name}' must be a 'SignedHeader'`), () =>
        verify(edited(request, new RegExp(`${name};|;${name}(?=,)`), '')),
      )
    }
    refused('out-of-scope', /'x-amz-security-token' must be/, () =>
      verify(changed(request, { 'x-amz-security-token': 'somebody else' })),
    )
    refused('out-of-scope', /'content-type' is signed and not there/, () =>
      verify(changed(request, { 'content-type': undefined })),
    )
  })

  test('dates that are none', async () => {
    const request = await sdkRequest()
    for (const date of [
      '',
      '2026-11-24T12:00:00Z',
      '20261324T120000Z',
      '20260231T120000Z',
      'now',
    ]) {
      refused('incomplete', /ISO-8601/, () => verify(changed(request, { 'x-amz-date': date })))
    }
    refused('incomplete', /'X-Amz-Date' or a 'Date'/, () =>
      verify(changed(request, { 'x-amz-date': undefined })),
    )
  })
})

describe('refused by the signature', () => {
  test('another secret, another body, a payload that is not signed', async () => {
    const other = await sdkRequest({
      credentials: { ...CREDENTIALS, secretAccessKey: 'x'.repeat(40) },
    })
    const wrong = /^The request signature we calculated does not match/
    refused('mismatch', wrong, () => verify(other))
    const request = await sdkRequest()
    refused('mismatch', wrong, () => verify({ ...request, body: encodeUtf8('{}') }))
    for (const literal of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', '']) {
      // Signed, and still not the hash of the body.
      const unsigned = own({ host: 'a', 'x-amz-content-sha256': literal })
      refused('mismatch', wrong, () => verify(unsigned))
    }
  })

  test('the blanks of a header are as AWS takes them, and nothing else is', () => {
    const request = own({ host: 'a', 'x-amz-note': 'a b' })
    verify(changed(request, { 'x-amz-note': '  a   b\t' }))
    for (const note of ['ab', 'a b\u00a0', 'a\u00a0b', '\ufeffa b', 'a b,']) {
      refused('mismatch', /./, () => verify(changed(request, { 'x-amz-note': note })))
    }
  })
})

describe('the Date header', () => {
  test('stands in where X-Amz-Date is not there', () => {
    const text = `POST\n/\n\ndate:${new Date(NOW).toUTCString()}\nhost:a\n\ndate;host\n${nodeCrypto.sha256Hex('{}')}`
    const scope = { date: '20261124', region: REGION, service: SERVICE }
    const key = deriveSigningKey(nodeCrypto, SECRET, scope)
    const credential = `20261124/${REGION}/${SERVICE}/aws4_request`
    const signature = Buffer.from(
      nodeCrypto.hmacSha256(
        key,
        `AWS4-HMAC-SHA256\n${formatTimestamp(NOW)}\n${credential}\n${nodeCrypto.sha256Hex(text)}`,
      ),
    ).toString('hex')
    const request: HttpRequest = {
      method: 'POST',
      target: '/',
      headers: {
        host: 'a',
        date: new Date(NOW).toUTCString(),
        authorization: `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/${credential}, SignedHeaders=date;host, Signature=${signature}`,
      },
      body: encodeUtf8('{}'),
    }
    verify(request)
    refused('incomplete', /ISO-8601/, () => verify(changed(request, { date: 'Tue Nov 24 2026' })))
    refused('not-current', /expired/, () => verify(request, NOW + 16 * MINUTE))
  })
})
