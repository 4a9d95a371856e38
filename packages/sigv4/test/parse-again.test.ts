import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { parseAuthorization, requestTimestamp, SigV4Error } from '@claviger/sigv4'

const HEAD =
  'AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261123/us-east-1/kms/aws4_request, SignedHeaders=host;x-amz-date, Signature='
const ONE = '0123456789abcdef'.repeat(4)
const OTHER = 'fedcba9876543210'.repeat(4)

const refused = (run: () => unknown): void =>
  assert.throws(run, (error) => error instanceof SigV4Error && error.code === 'incomplete')

test('a header parses the same however often what stands before its signature was seen', () => {
  const first = parseAuthorization(HEAD + ONE)
  assert.deepEqual(parseAuthorization(HEAD + ONE), first)
  assert.deepEqual(parseAuthorization(HEAD + OTHER), { ...first, signature: OTHER })
})

test('what is remembered lets no wrong signature pass', () => {
  parseAuthorization(HEAD + ONE)
  for (const signature of [
    ONE.toUpperCase(),
    ONE.slice(1),
    `${ONE}0`,
    `${ONE.slice(1)},`,
    `${ONE.slice(1)} `,
    'z'.repeat(64),
    '',
  ]) {
    refused(() => parseAuthorization(HEAD + signature))
  }
  refused(() => parseAuthorization(`${HEAD}${ONE}, Signature=${OTHER}`))
  refused(() => parseAuthorization(`${HEAD}${ONE}, Signature=${OTHER}`))
})

test('the signature may stand first, and is not taken for what is remembered', () => {
  const turned = HEAD.replace(', Signature=', '').replace(
    'AWS4-HMAC-SHA256 ',
    `AWS4-HMAC-SHA256 Signature=${ONE}, `,
  )
  for (let time = 0; time < 2; time++) assert.equal(parseAuthorization(turned).signature, ONE)
})

test('more heads than are remembered parse all the same', () => {
  for (let index = 0; index < 600; index++) {
    const header = HEAD.replace('AKIAEXAMPLE', `AKIA${index}`) + ONE
    assert.equal(parseAuthorization(header).accessKeyId, `AKIA${index}`)
  }
})

test('a timestamp is read anew when it differs', () => {
  const at = (text: string): number => requestTimestamp({ 'x-amz-date': text }).at
  assert.equal(at('20261123T120000Z'), Date.parse('2026-11-23T12:00:00Z'))
  assert.equal(at('20261123T120000Z'), Date.parse('2026-11-23T12:00:00Z'))
  assert.equal(at('20261123T120001Z'), Date.parse('2026-11-23T12:00:01Z'))
  for (let time = 0; time < 2; time++) refused(() => at('20260231T120000Z'))
  refused(() => at(''))
  assert.equal(at('20261123T120001Z'), Date.parse('2026-11-23T12:00:01Z'))
})
