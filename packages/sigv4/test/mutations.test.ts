// Two hundred thousand requests that somebody changed on the way: none is accepted, and each is refused as a
// request and not as a fault of ours. CLAVIGER_SIGV4_MUTATIONS and CLAVIGER_FUZZ_SEED make more, and others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeUtf8 } from '@claviger/bytes'
import {
  claimedSignature,
  deriveSigningKey,
  type HttpRequest,
  SigV4Error,
  verifySignature,
} from '../src/index.ts'
import { mutateRequest, randomFrom } from './mutate-request.ts'
import { nodeCrypto } from './node-crypto.ts'
import { CREDENTIALS, NOW, sdkRequest, SERVICE } from './signed-sample.ts'

const MUTATIONS = Number(process.env['CLAVIGER_SIGV4_MUTATIONS'] ?? 200_000)
const SEED = Number(process.env['CLAVIGER_FUZZ_SEED'] ?? 1)
const SECRET = encodeUtf8(CREDENTIALS.secretAccessKey)

/** As a keeper does: the claim, the access key by its id, the proof. */
function verify(request: HttpRequest): void {
  const claim = claimedSignature(request, { service: SERVICE, now: NOW })
  if (claim.accessKeyId !== CREDENTIALS.accessKeyId) {
    throw new SigV4Error('mismatch', 'nobody has this access key')
  }
  verifySignature(nodeCrypto, claim, deriveSigningKey(nodeCrypto, SECRET, claim), request)
}

test(`none of ${MUTATIONS} mutated requests is accepted`, async (t) => {
  const samples = [
    await sdkRequest(),
    await sdkRequest({ credentials: { ...CREDENTIALS, sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE' } }),
    await sdkRequest({ body: '{}', action: 'ListKeys', headers: { 'x-amz-user-agent': 'a/1  b' } }),
  ]
  for (const sample of samples) verify(sample)
  const random = randomFrom(SEED)
  const codes = new Map<string, number>()
  for (let count = 0; count < MUTATIONS; count++) {
    const mutated = mutateRequest(samples[count % samples.length] as HttpRequest, random)
    try {
      verify(mutated)
    } catch (error) {
      if (!(error instanceof SigV4Error)) throw error
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1)
      continue
    }
    const { headers, body, ...rest } = mutated
    const seen = { ...rest, headers, body: Buffer.from(body).toString('latin1') }
    assert.fail(`mutation ${count} of seed ${SEED} was accepted: ${JSON.stringify(seen)}`)
  }
  // Each way to refuse is met: the mutations reach every check.
  assert.deepEqual([...codes.keys()].sort(), [
    'incomplete',
    'mismatch',
    'missing',
    'not-current',
    'out-of-scope',
  ])
  t.diagnostic([...codes].map(([code, count]) => `${code}: ${count}`).join(', '))
})
