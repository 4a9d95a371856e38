import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { canonicalJson } from '@claviger/bytes'
import { APPROVAL_ID, approvalAnswer, CONTENT, DIGEST } from './approval-request-rows.ts'
import {
  claviger,
  type FakeAnswer,
  refusal,
  type SeenRequest,
  temporaryFolder,
  type World,
} from './test-environment.ts'

const STATEMENT = `claviger approval v1\napprove\ndefault\n${APPROVAL_ID}\n${DIGEST}\np2\n`

const answers =
  (change: object = {}) =>
  ({ path }: SeenRequest): FakeAnswer =>
    path === '/v1/whoami' ? [200, { principal: 'p2', name: 'ann' }] : approvalAnswer(change)

function approve(cwd: string, words: string, world: World = {}) {
  const line = ['approval', 'approve', APPROVAL_ID, ...words.split(' ')]
  return claviger(line, { cwd, answer: answers(), ...world })
}

const bodyOf = (request: SeenRequest | undefined) =>
  (request?.body ?? {}) as Readonly<Record<string, string>>

async function keyIn(cwd: string): Promise<string> {
  const ran = await claviger(['approval', 'keygen', 'ann.key', '--json'], { cwd })
  assert.equal(ran.exitCode, 0, ran.stderr)
  return (JSON.parse(ran.stdout) as { id: string }).id
}

describe('approval keygen', () => {
  test('writes a private key for its owner alone, and a public one', async (t) => {
    const cwd = temporaryFolder(t)
    await keyIn(cwd)
    assert.equal(statSync(join(cwd, 'ann.key')).mode & 0o777, 0o600)
    const secret = readFileSync(join(cwd, 'ann.key'), 'utf8')
    const open = readFileSync(join(cwd, 'ann.key.pub'), 'utf8')
    assert.match(secret, /^-----BEGIN PRIVATE KEY-----\n/)
    assert.equal(createPublicKey(secret).asymmetricKeyType, 'ed25519')
    assert.ok(createPublicKey(open).equals(createPublicKey(secret)))
    const again = await claviger(['approval', 'keygen', 'ann.key'], { cwd })
    assert.equal(again.exitCode, 6)
    assert.equal(readFileSync(join(cwd, 'ann.key'), 'utf8'), secret)
  })
})

describe('approval approve', () => {
  test('shows what is hashed, signs it here, and sends the signature alone', async (t) => {
    const cwd = temporaryFolder(t)
    const id = await keyIn(cwd)
    const ran = await approve(cwd, '--approver-key ann.key --yes')
    assert.equal(ran.exitCode, 0, ran.stderr)
    for (const told of ['key.destroy', 'key payments', 'officer', 'end of contract', DIGEST]) {
      assert.ok(ran.stderr.includes(told), told)
    }
    const sent = ran.seen.at(-1)
    assert.equal(sent?.path, `/v1/approvals/${APPROVAL_ID}/approve`)
    const { key, signature, ...more } = bodyOf(sent)
    assert.deepEqual([key, more], [id, {}])
    const open = readFileSync(join(cwd, 'ann.key.pub'), 'utf8')
    const bytes = Buffer.from(signature ?? '', 'base64')
    assert.ok(verify(null, Buffer.from(STATEMENT), createPublicKey(open), bytes))
    const secret = readFileSync(join(cwd, 'ann.key'), 'utf8').split('\n')[1] ?? ''
    assert.ok(!JSON.stringify(ran.seen).includes(secret))
  })

  test('signs with P-256 too', async (t) => {
    const cwd = temporaryFolder(t)
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(join(cwd, 'p256.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
    const ran = await approve(cwd, '--approver-key p256.key --yes')
    const { signature = '' } = bodyOf(ran.seen.at(-1))
    const bytes = Buffer.from(signature, 'base64')
    assert.ok(verify('sha256', Buffer.from(STATEMENT), publicKey, bytes))
  })

  test('asks at a terminal, and does not go on without a yes', async (t) => {
    const cwd = temporaryFolder(t)
    await keyIn(cwd)
    const no = await approve(cwd, '--approver-key ann.key', { typed: [] })
    assert.equal(no.exitCode, 1)
    assert.ok(no.seen.every(({ method }) => method === 'GET'))
    const yes = await approve(cwd, '--approver-key ann.key', { typed: [], yes: true })
    assert.equal(yes.exitCode, 0, yes.stderr)
    const nobody = await approve(cwd, '--approver-key ann.key')
    assert.equal(nobody.exitCode, 2)
    assert.match(nobody.stderr, /say --yes/)
  })

  const other = canonicalJson({ ...CONTENT, action: 'key.export' })
  for (const [what, change] of [
    ['shows another content', { content: other }],
    ['names another digest', { digest: 'ab'.repeat(32) }],
    ['gives another request', { id: 'x' }],
  ] as const) {
    test(`signs nothing for a keeper that ${what}`, async (t) => {
      const cwd = temporaryFolder(t)
      await keyIn(cwd)
      const ran = await approve(cwd, '--approver-key ann.key --yes', { answer: answers(change) })
      assert.equal(ran.exitCode, 8)
      assert.match(ran.stderr, /sign nothing/)
      assert.equal(ran.seen.length, 1)
    })
  }

  test('shows what is signed where the readable members say something else', async (t) => {
    const cwd = temporaryFolder(t)
    await keyIn(cwd)
    const change = { action: 'key.get', target: { kind: 'key', id: 'k', name: 'toy', revision: 1 } }
    const ran = await approve(cwd, '--approver-key ann.key --yes', { answer: answers(change) })
    assert.match(ran.stderr, /key\.destroy/)
    assert.doesNotMatch(ran.stderr, /toy/)
  })

  for (const [words, says] of [
    ['--yes', /sign with --approver-key/],
    ['--approver-key a --signature-file b --approver-key-id c --yes', /sign with --approver-key/],
    ['--signature-file b --yes', /--approver-key-id/],
    ['--assertion a.json --yes', /--approver-key-id/],
    ['--approver-key a --approver-key-id c --yes', /sign with --approver-key/],
    ['--approver-key a --pin-file p --yes', /sign with --approver-key/],
    ['--approver-key ann.key.pub --yes', /is a public key/],
    ['--approver-key rsa.key --yes', /Ed25519 or P-256/],
    ['--approver-key text --yes', /is no key/],
  ] as const) {
    test(`refuses ${words}`, async (t) => {
      const cwd = temporaryFolder(t)
      await keyIn(cwd)
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
      writeFileSync(join(cwd, 'rsa.key'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
      writeFileSync(join(cwd, 'text'), 'nothing')
      const ran = await approve(cwd, words)
      assert.equal(ran.exitCode, 2, ran.stderr)
      assert.match(ran.stderr, says)
      assert.ok(ran.seen.every(({ method }) => method === 'GET'))
    })
  }

  test('sends a signature that was made elsewhere', async (t) => {
    const cwd = temporaryFolder(t)
    writeFileSync(join(cwd, 's.sig'), Buffer.from([1, 2, 3]))
    const key = 'cd'.repeat(32)
    const ran = await approve(cwd, `--signature-file s.sig --approver-key-id ${key} --yes`)
    assert.deepEqual(ran.seen.at(-1)?.body, { key, signature: 'AQID' })
  })
})

describe('approval statement', () => {
  test('is the text to the byte, built here', async () => {
    const line = ['approval', 'statement', APPROVAL_ID]
    const ran = await claviger(line, { answer: answers() })
    assert.equal(ran.stdout, STATEMENT)
    const json = await claviger([...line, '--json'], { answer: answers() })
    const told = JSON.parse(json.stdout) as { statement: string; request: object }
    assert.deepEqual([told.statement, told.request], [STATEMENT, CONTENT])
  })
})

describe('principal enroll', () => {
  test('sends public keys, and no private one', async (t) => {
    const cwd = temporaryFolder(t)
    await keyIn(cwd)
    const principal = { id: 'p', name: 'ann', roles: [], certificates: [], createdAt: '' }
    const world: World = { cwd, answer: () => [200, { principal, entry: 1 }] }
    const line = ['principal', 'enroll', 'ann', '--approver-key']
    const ran = await claviger([...line, 'ann.key.pub'], world)
    assert.equal(ran.exitCode, 0, ran.stderr)
    const open = createPublicKey(readFileSync(join(cwd, 'ann.key.pub'), 'utf8'))
    const der = open.export({ format: 'der', type: 'spki' }).toString('base64')
    assert.deepEqual(ran.seen[0]?.body, { keys: [der] })
    const wrong = await claviger([...line, 'ann.key'], world)
    assert.equal(wrong.exitCode, 2)
    assert.match(wrong.stderr, /is a private key/)
    assert.equal(wrong.seen.length, 0)
    const none = await claviger(['principal', 'enroll', 'ann'], world)
    assert.equal(none.exitCode, 2)
  })
})

describe('a guarded command', () => {
  test('ends with 7, names the request, and says what to do', async () => {
    const [, problem] = refusal(
      'approval-pending',
      403,
      `repeat it when ${APPROVAL_ID} is approved`,
    )
    const details = { approval: APPROVAL_ID, digest: DIGEST, quorums: ['two'] }
    const answer = (): FakeAnswer => [403, { ...(problem as object), details }]
    const ran = await claviger(['key', 'rotate', 'k', '--because', 'as told'], { answer })
    assert.equal(ran.exitCode, 7)
    assert.ok(ran.stderr.includes(`claviger approval approve ${APPROVAL_ID}`))
    assert.ok(ran.stderr.includes(`claviger approval execute ${APPROVAL_ID}`))
    assert.equal(ran.seen[0]?.headers['claviger-reason'], 'as told')
    const json = await claviger(['key', 'rotate', 'k', '--json'], { answer })
    const { error } = JSON.parse(json.stderr) as { error: { details: object } }
    assert.deepEqual(error.details, details)
  })

  test('takes a reason that a header can carry', async () => {
    const ran = await claviger(['key', 'rotate', 'k', '--because', 'caf\u00e9'])
    assert.equal(ran.exitCode, 2)
    assert.equal(ran.seen.length, 0)
  })
})
