// The examples that AWS publishes: "Signature Version 4 signing process" (IAM user guide) and the
// aws4_testsuite that its SDKs are tested with.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { encodeHex, encodeUtf8 } from '@claviger/bytes'
import {
  canonicalRequest,
  claimedSignature,
  credentialScope,
  deriveSigningKey,
  signRequest,
  stringToSign,
  verifySignature,
} from '../src/index.ts'
import { nodeCrypto } from './node-crypto.ts'

const SECRET = encodeUtf8('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')
const TIMESTAMP = '20150830T123600Z'
const NOW = Date.parse('2015-08-30T12:36:00Z')
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('the example of the IAM user guide', () => {
  const scope = { date: '20150830', region: 'us-east-1', service: 'iam' }
  const request = {
    method: 'GET',
    target: '/?Action=ListUsers&Version=2010-05-08',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      host: 'iam.amazonaws.com',
      'x-amz-date': TIMESTAMP,
    },
    body: new Uint8Array(),
  }
  const signed = ['content-type', 'host', 'x-amz-date']

  test('canonical request, string to sign, signing key and signature', () => {
    const canonical = canonicalRequest(request, signed, EMPTY)
    assert.equal(
      createHash('sha256').update(canonical).digest('hex'),
      'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
    )
    const key = deriveSigningKey(nodeCrypto, SECRET, scope)
    assert.equal(encodeHex(key), 'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9')
    const text = stringToSign(nodeCrypto, TIMESTAMP, credentialScope(scope), canonical)
    assert.equal(
      encodeHex(nodeCrypto.hmacSha256(key, text)),
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    )
  })

  test('is accepted as it is published', () => {
    const authorization =
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7'
    const received = { ...request, headers: { ...request.headers, authorization } }
    const claim = claimedSignature(received, { service: 'iam', now: NOW })
    verifySignature(nodeCrypto, claim, deriveSigningKey(nodeCrypto, SECRET, claim), received)
  })
})

describe('aws4_testsuite', () => {
  /** name, method, target, further headers, body, signature */
  const cases: readonly [
    string,
    string,
    string,
    Readonly<Record<string, string | readonly string[]>>,
    string,
    string,
  ][] = [
    [
      'get-vanilla',
      'GET',
      '/',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query',
      'GET',
      '/',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-empty-query-key',
      'GET',
      '/?Param1=value1',
      {},
      '',
      'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
    ],
    [
      'get-vanilla-query-order-key',
      'GET',
      '/?Param1=value2&Param1=Value1',
      {},
      '',
      'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-order-value',
      'GET',
      '/?Param1=value2&Param1=value1',
      {},
      '',
      '5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694',
    ],
    [
      'get-relative',
      'GET',
      '/example/..',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slash',
      'GET',
      '//',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slash-dot-slash',
      'GET',
      '/./',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slash-pointless-dot',
      'GET',
      '/./example',
      {},
      '',
      'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
    ],
    [
      'get-slashes',
      'GET',
      '//example//',
      {},
      '',
      '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    ],
    [
      'get-space',
      'GET',
      '/example space/',
      {},
      '',
      '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    ],
    [
      'get-unreserved',
      'GET',
      '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      {},
      '',
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    [
      'get-utf8',
      'GET',
      '/ሴ',
      {},
      '',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'get-header-value-trim',
      'GET',
      '/',
      { 'my-header1': ' value1', 'my-header2': ' "a   b   c"' },
      '',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'get-header-value-order',
      'GET',
      '/',
      { 'my-header1': ['value4', 'value1', 'value3', 'value2'] },
      '',
      '08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01',
    ],
    [
      'get-header-key-duplicate',
      'GET',
      '/',
      { 'my-header1': ['value2', 'value2', 'value1'] },
      '',
      'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    ],
    [
      'post-vanilla',
      'POST',
      '/',
      {},
      '',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-header-key-case',
      'POST',
      '/',
      {},
      '',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-header-key-sort',
      'POST',
      '/',
      { 'my-header1': 'value1' },
      '',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      'POST',
      '/',
      { 'my-header1': 'VALUE1' },
      '',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-vanilla-query',
      'POST',
      '/?Param1=value1',
      {},
      '',
      '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'post-sts-header-before',
      'POST',
      '/',
      {
        'x-amz-security-token':
          'AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==',
      },
      '',
      '85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead',
    ],
  ]
  for (const [name, method, target, more, body, signature] of cases) {
    test(name, () => {
      const { 'x-amz-security-token': sessionToken, ...headers } = more
      const request = {
        method,
        target,
        headers: { host: 'example.amazonaws.com', ...headers },
        body: encodeUtf8(body),
      }
      const { authorization } = signRequest(nodeCrypto, request, {
        accessKeyId: 'AKIDEXAMPLE',
        secret: SECRET,
        region: 'us-east-1',
        service: 'service',
        now: NOW,
        ...(typeof sessionToken === 'string' && { sessionToken }),
      })
      assert.equal(authorization?.split('Signature=')[1], signature)
    })
  }
})
