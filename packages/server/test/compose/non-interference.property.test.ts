/**
 * What one tenant sees is the same with another's acts and without them (Goguen and Meseguer, 1982), through REST and AWS
 * KMS over the real composition: policies, caches, store and log. AWS's acts are signed by the SDK's own signer.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { sdkRequest, type SampleCredentials } from '../../../sigv4/test/signed-sample.ts'
import { compose, type Composition } from '../../src/compose.ts'
import { developmentConfig, openDevelopmentKeeper } from '../../src/development.ts'
import { dispatch } from '../../src/dispatch.ts'
import type { Logger } from '../../src/logging/logger.ts'
import { mountAws } from '../../src/mount-aws.ts'
import { mountContext } from '../../src/mount-context.ts'
import { mountRest } from '../../src/mount-rest.ts'

const RUNS = Number(process.env['CLAVIGER_NONINTERFERENCE_RUNS'] ?? 40)
const silent: Logger = { info: () => {}, warn: () => {}, error: () => {} }
const folder = mkdtempSync(join(tmpdir(), 'claviger-apart-'))
let keeper: Composition
let server: Server
let url = ''
let operator = ''
let houses = 0

before(async () => {
  const config = developmentConfig(folder, 0)
  keeper = await compose(config, silent)
  await openDevelopmentKeeper(keeper, folder)
  const context = mountContext(keeper, silent)
  const rest = mountRest(keeper, config, context)
  const aws = mountAws(keeper, config, context)
  server = createServer(dispatch({ rest, aws }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  operator = readFileSync(join(folder, 'administrator.token'), 'utf8').trim()
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await keeper.close()
  rmSync(folder, { recursive: true, force: true })
})

/** `admin` governs, `dev` keeps and uses keys, `auditor` reads the log. */
interface Act {
  readonly who: 'admin' | 'dev' | 'auditor'
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** AWS KMS's action; its acts are signed with the access key of `who`. */
  readonly action?: string
}

const key = fc.constantFrom('one', 'two')
const name = fc.constantFrom('ann', 'ben')
const text = fc.constantFrom(
  'forbid (principal, action == Action::"key.encrypt", resource is Key);',
  'forbid (principal, action, resource) when { resource is Key && resource.name == "one" };',
  'nonsense',
)
const post = (who: Act['who'], path: string, body: unknown = {}): Act => ({
  who,
  method: 'POST',
  path,
  body,
})
const read = (who: Act['who'], path: string): Act => ({ who, method: 'GET', path })
/** Stands for the id of the key that each tenant made through AWS KMS when it began. */
const OWN_KEY = '<own>'
const aws = (action: string, body: unknown = {}): Act => ({ ...post('dev', '/', body), action })
const remove = (who: Act['who'], path: string): Act => ({ who, method: 'DELETE', path })
const rule = { name: 'q', actions: ['key.rotate'], approvals: 1, group: 'board' }
const act: fc.Arbitrary<Act> = fc.oneof(
  key.map((one) => post('dev', '/v1/keys', { name: one, spec: 'aes-256' })),
  key.map((one) => post('dev', `/v1/keys/${one}/encrypt`, { plaintext: 'aGk=' })),
  key.map((one) => post('dev', `/v1/keys/${one}/decrypt`, { ciphertext: 'clv1:AAAA' })),
  key.map((one) => post('dev', `/v1/keys/${one}/rotate`)),
  key.map((one) => post('dev', `/v1/keys/${one}/suspend`)),
  key.map((one) => post('dev', `/v1/keys/${one}/resume`)),
  key.map((one) => post('dev', `/v1/keys/${one}/destroy`, { windowDays: 7 })),
  key.map((one) => read('dev', `/v1/keys/${one}`)),
  key.map((one) => read('dev', `/v1/keys/${one}/usage`)),
  fc.constant(read('dev', '/v1/keys?limit=10')),
  name.map((one) =>
    post('admin', '/v1/principals', { name: one, kind: 'person', roles: ['approver'] }),
  ),
  name.map((one) => post('admin', `/v1/principals/${one}/tokens`, { lifetimeSeconds: 60 })),
  fc.constant(read('admin', '/v1/principals')),
  text.map(
    (one): Act => ({ who: 'admin', method: 'PUT', path: '/v1/policies/p', body: { text: one } }),
  ),
  fc.constant(remove('admin', '/v1/policies/p')),
  name.map((one) => post('admin', '/v1/groups', { name: 'board', members: [{ principal: one }] })),
  fc.constant(post('admin', '/v1/quorums', rule)),
  fc.constant(remove('admin', '/v1/quorums/q')),
  fc.constant(read('admin', '/v1/approvals')),
  fc.constant(read('admin', '/v1/duties')),
  fc.constantFrom(read('admin', '/v1/tenants'), read('admin', '/v1/tenant/usage')),
  fc.constant(aws('CreateKey', { Description: 'of ours' })),
  fc.constantFrom(
    aws('Encrypt', { KeyId: OWN_KEY, Plaintext: 'aGk=' }),
    aws('DescribeKey', { KeyId: OWN_KEY }),
    aws('DisableKey', { KeyId: OWN_KEY }),
    aws('EnableKey', { KeyId: OWN_KEY }),
    aws('ScheduleKeyDeletion', { KeyId: OWN_KEY }),
    aws('CancelKeyDeletion', { KeyId: OWN_KEY }),
    aws('TagResource', { KeyId: OWN_KEY, Tags: [{ TagKey: 'team', TagValue: 'red' }] }),
    aws('ListResourceTags', { KeyId: OWN_KEY }),
    aws('GetKeyRotationStatus', { KeyId: OWN_KEY }),
  ),
  key.map((one) => aws('CreateAlias', { AliasName: `alias/${one}`, TargetKeyId: OWN_KEY })),
  key.map((one) => aws('Encrypt', { KeyId: `alias/${one}`, Plaintext: 'aGk=' })),
  key.map((one) => aws('DeleteAlias', { AliasName: `alias/${one}` })),
  fc.constantFrom(aws('ListKeys'), aws('ListAliases')),
  fc.constant(read('auditor', '/v1/audit/entries?limit=20')),
  fc.constant(read('auditor', '/metrics')),
)

type Tokens = Readonly<Record<Act['who'], string>> & {
  readonly accessKey: SampleCredentials
  readonly ownKey: string
}

async function signed(
  credentials: SampleCredentials,
  { action = '', body }: Pick<Act, 'action' | 'body'>,
  ownKey = '',
) {
  const { headers, body: text } = await sdkRequest({
    credentials,
    action,
    region: 'us-east-1',
    at: Date.now(),
    body: JSON.stringify(body).replace(OWN_KEY, ownKey),
    headers: { host: new URL(url).host },
  })
  // The client writes these two by itself, as they were signed.
  const { host: _host, 'content-length': _length, ...written } = headers
  const response = await fetch(url, {
    method: 'POST',
    headers: written as Record<string, string>,
    body: Buffer.from(text),
  })
  return { status: response.status, text: await response.text() }
}

async function send(token: string, { method, path, body }: Omit<Act, 'who'>) {
  const response = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

async function made(token: string, path: string, body: unknown): Promise<Record<string, string>> {
  const { status, text: answer } = await send(token, { method: 'POST', path, body })
  assert.equal(status, 201, answer)
  return JSON.parse(answer) as Record<string, string>
}

/** A tenant with its three people. */
async function house(): Promise<Tokens> {
  const { secret: admin = '' } = await made(operator, '/v1/tenants', { name: `h${houses++}` })
  const person = async (who: string, roles: readonly string[]): Promise<string> => {
    await made(admin, '/v1/principals', { name: who, kind: 'person', roles })
    const lifetime = { lifetimeSeconds: 600 }
    const { secret = '' } = await made(admin, `/v1/principals/${who}/tokens`, lifetime)
    return secret
  }
  const dev = await person('dev', ['officer', 'user'])
  const form = { lifetimeSeconds: 600, sharedSecret: 'lasting' }
  const issued: unknown = await made(admin, '/v1/principals/dev/tokens', form)
  const { secret: secretAccessKey, token } = issued as {
    secret: string
    token: { identifier: string }
  }
  const accessKey = { accessKeyId: token.identifier, secretAccessKey }
  const born = await signed(accessKey, { action: 'CreateKey', body: {} })
  return {
    admin,
    dev,
    auditor: await person('auditor', ['auditor']),
    accessKey,
    ownKey: (JSON.parse(born.text) as { KeyMetadata: { KeyId: string } }).KeyMetadata.KeyId,
  }
}

/**
 * An answer without what is drawn or counted anew each time: ids by the order they are first seen in, dates,
 * secrets, ciphertexts by their lengths, and the numbers of entries, which the tenants share.
 */
function masker(): (answer: string) => string {
  const ids = new Map<string, number>()
  const known = (id: string): string => {
    if (!ids.has(id)) ids.set(id, ids.size)
    return `#${ids.get(id)}`
  }
  return (answer) =>
    answer
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, known)
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<date>')
      .replaceAll(/"(?:entry|index|next)":\d+/g, '<entry>')
      .replaceAll(/:\d{13}\b/g, ':<ms>')
      .replaceAll(/:\d{10}(?:\.\d{1,3})?\b/g, ':<seconds>')
      .replaceAll(/"name":"h\d+"/g, '<house>')
      .replaceAll(/clv_[\w-]+/g, '<token>')
      .replaceAll(
        /("ciphertext":|"CiphertextBlob":)"([^"]*)"/g,
        (_all, member: string, value: string) => member.concat(String(value.length)),
      )
      // The statement to sign has its hash after an escaped line end, whose `n` is no edge of a word.
      .replaceAll(/(?:\b|(?<=\\n))[0-9a-f]{16,}\b/g, '<hex>')
}

interface Interleaved {
  readonly ours: boolean
  readonly act: Act
}

async function observed(steps: readonly Interleaved[], withOthers: boolean): Promise<string[]> {
  const [us, others] = [await house(), await house()]
  const mask = masker()
  const seen: string[] = []
  for (const { ours, act: one } of steps) {
    if (!ours && !withOthers) continue
    const caller = ours ? us : others
    const { status, text: answer } =
      one.action === undefined
        ? await send(caller[one.who], one)
        : await signed(caller.accessKey, one, caller.ownKey)
    assert.ok(status < 500, answer)
    if (ours)
      seen.push(`${one.who} ${one.method} ${one.action ?? one.path}: ${status} ${mask(answer)}`)
  }
  return seen
}

test('what a tenant sees is the same with the acts of another and without them', async (t) => {
  const step = fc.record({ ours: fc.boolean(), act })
  let done = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
      const alone = await observed(steps, false)
      assert.deepEqual(await observed(steps, true), alone)
      done += alone.filter((line) => /: 20\d /.test(line)).length
    }),
    { numRuns: RUNS },
  )
  t.diagnostic(`${RUNS} sequences; ${done} acts of ours did something`)
  assert.ok(done > RUNS)
})
