/** Approvals by passkeys: what is taken, and everything that has to be refused. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Ceremony, SoftwareAuthenticator } from './software-authenticator.ts'
import {
  ask,
  type Answered,
  type Asked,
  openInitialized,
  pick,
  pickText,
  type TestWorld,
} from './test-world.ts'

let world: TestWorld
let people = 0
let keys = 0

async function ok(path: string, asked: Asked = {}): Promise<Answered> {
  const answered = await ask(world, path, asked)
  assert.ok(answered.status < 300, `${path}: ${answered.text}`)
  return answered
}

before(async () => {
  world = await openInitialized()
})
after(() => world.close())

/** Somebody with passkeys, alone in a group of the same name. */
interface Person {
  readonly name: string
  readonly token: string
}

function enrolment(...passkeys: readonly SoftwareAuthenticator[]): Asked {
  const given = passkeys.map(({ credential, cose }) => ({
    credential: credential.toString('base64'),
    publicKey: cose.toString('base64'),
  }))
  return { method: 'PUT', body: { keys: [], passkeys: given } }
}

async function person(...passkeys: readonly SoftwareAuthenticator[]): Promise<Person> {
  const name = `person-${++people}`
  await ok('/v1/principals', { body: { name, kind: 'person', roles: ['approver'] } })
  const issued = await ok(`/v1/principals/${name}/tokens`, { body: { lifetimeSeconds: 86_400 } })
  await ok('/v1/groups', { body: { name, members: [{ principal: name }] } })
  await ok(`/v1/principals/${name}/approver-keys`, enrolment(...passkeys))
  return { name, token: pickText(issued.body, 'secret') }
}

interface Waiting {
  readonly id: string
  readonly key: string
  readonly statement: string
}

/** A call that waits for this person. */
async function waiting(by: Person): Promise<Waiting> {
  const key = `guarded-${++keys}`
  await ok('/v1/keys', { body: { name: key, spec: 'aes-256' } })
  const rule = { name: key, actions: ['key.destroy'], names: [key], approvals: 1, group: by.name }
  await ok('/v1/quorums', { body: rule })
  return refusedCall(by, key, `/v1/keys/${key}/destroy`, { body: { windowDays: 7 } })
}

async function refusedCall(by: Person, key: string, path: string, call: Asked): Promise<Waiting> {
  const refused = await ask(world, path, call)
  assert.equal(refused.body['code'], 'approval-pending', refused.text)
  const id = pickText(refused.body, 'details.approval')
  const { body } = await ok(`/v1/approvals/${id}`, { token: by.token })
  return { id, key, statement: pickText(body, 'approval.statement') }
}

function approve({ token }: Person, id: string, body: object): Promise<Answered> {
  return ask(world, `/v1/approvals/${id}/approve`, { token, body })
}

async function assertTaken(by: Person, id: string, body: object): Promise<void> {
  const answered = await approve(by, id, body)
  assert.equal(pick(answered.body, 'approval.status'), 'approved', answered.text)
}

async function assertRefused(by: Person, id: string, body: object, why: string): Promise<void> {
  const answered = await approve(by, id, body)
  assert.deepEqual(
    [answered.status, answered.body['code']],
    [422, 'authentication-failed'],
    `${why}: ${answered.text}`,
  )
  const shown = await ok(`/v1/approvals/${id}`)
  assert.equal(pick(shown.body, 'approval.signatures.length'), 0, why)
}

test('a passkey of either kind approves, and the log tells that it was one', async () => {
  for (const curve of ['P-256', 'ed25519'] as const) {
    const passkey = new SoftwareAuthenticator(curve)
    const ann = await person(passkey)
    const shown = await ok(`/v1/principals/${ann.name}`)
    const {
      id,
      addedAt: _when,
      ...rest
    } = pick(shown.body, 'principal.approverKeys.0') as {
      id: string
      addedAt: string
    }
    assert.equal(id, passkey.keyId)
    assert.deepEqual(rest, {
      algorithm: curve === 'ed25519' ? curve : 'ecdsa-p256',
      publicKey: passkey.spki.toString('base64'),
      passkey: { credential: passkey.credential.toString('base64url') },
    })
    const call = await waiting(ann)
    const given = passkey.approve(call.statement)
    const approved = await approve(ann, call.id, given)
    assert.equal(pick(approved.body, 'approval.status'), 'approved', approved.text)
    assert.deepEqual(pick(approved.body, 'approval.signatures.0.assertion'), given.assertion)
    const entry: unknown = JSON.parse(world.log.entries.at(-1) ?? '')
    assert.deepEqual(
      ['action', 'details.passkey', 'details.key'].map((path) => pick(entry, path)),
      ['approval.approve', true, passkey.keyId],
    )
    await ok(`/v1/approvals/${call.id}/execute`, { body: {} })
    assert.match(pickText((await ok(`/v1/keys/${call.key}`)).body, 'key.destroyAt'), /Z$/)
  }
})

const WRONG: Readonly<Record<string, Partial<Ceremony>>> = {
  'another origin': { origin: 'https://evil.test' },
  'an origin below ours that is not listed': { origin: 'https://x.keys.example.test' },
  'the same host without TLS': { origin: 'http://keys.example.test' },
  'another port': { origin: 'https://keys.example.test:8443' },
  'another relying party': { rpId: 'keys.example.test' },
  'a challenge of nothing': { challenge: Buffer.alloc(32) },
  'no challenge': { challenge: Buffer.alloc(0) },
  'a registration': { type: 'webauthn.create' },
  'nobody verified': { userVerified: false },
  'nobody present': { userPresent: false },
  'a frame of another origin': { clientData: { crossOrigin: true } },
  'a frame that names the page': {
    clientData: { crossOrigin: true, topOrigin: 'https://keys.example.test' },
  },
  'a page above that is no frame': { clientData: { topOrigin: 'https://evil.test' } },
  'a word for crossOrigin': { clientData: { crossOrigin: 'false' } },
}

test('an assertion of anything else is refused, and of this one taken', async () => {
  const passkey = new SoftwareAuthenticator()
  const ann = await person(passkey)
  const { id, statement } = await waiting(ann)
  for (const [why, change] of Object.entries(WRONG)) {
    await assertRefused(ann, id, passkey.approve(statement, change), why)
  }
  await assertRefused(ann, id, passkey.approve(`${statement}\n`), 'another statement')
  await assertRefused(ann, id, passkey.signPlainly(statement), 'a signature without an assertion')
  const given = passkey.approve(statement, { origin: 'https://example.test' })
  await assertTaken(ann, id, given)
})

test('every byte of an assertion is under its signature', async () => {
  const passkey = new SoftwareAuthenticator('ed25519')
  const ann = await person(passkey)
  const { id, statement } = await waiting(ann)
  const given = passkey.approve(statement)
  const flipped = (text: string, at: number): string => {
    const bytes = Buffer.from(text, 'base64')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes.toString('base64')
  }
  const { authenticatorData, clientDataJson } = given.assertion
  for (const at of [0, 32, 36]) {
    const assertion = { clientDataJson, authenticatorData: flipped(authenticatorData, at) }
    await assertRefused(ann, id, { ...given, assertion }, `authenticator data, byte ${at}`)
  }
  for (const at of [1, 20, 60, 100]) {
    const assertion = { authenticatorData, clientDataJson: flipped(clientDataJson, at) }
    await assertRefused(ann, id, { ...given, assertion }, `client data, byte ${at}`)
  }
  for (const at of [0, 63]) {
    const signature = flipped(given.signature, at)
    await assertRefused(ann, id, { ...given, signature }, `signature, byte ${at}`)
  }
  const long = Buffer.alloc(5_000).toString('base64')
  const assertion = { authenticatorData: long, clientDataJson }
  await assertRefused(ann, id, { ...given, assertion }, 'a long one')
  await assertTaken(ann, id, given)
})

test('an assertion counts once, for one request, and for whom it names', async () => {
  const passkey = new SoftwareAuthenticator('P-256', false)
  const ann = await person(passkey)
  const first = await waiting(ann)
  const given = passkey.approve(first.statement)
  await assertTaken(ann, first.id, given)
  assert.equal((await approve(ann, first.id, given)).body['code'], 'conflict')
  const second = await waiting(ann)
  await assertRefused(ann, second.id, given, 'the assertion of another request')
  const ben = await person(passkey)
  const his = await waiting(ben)
  const hers = first.statement.replace(first.id, his.id)
  await assertRefused(ben, his.id, passkey.approve(hers), 'a statement that names another person')
})

test('another credential, and a key that is not enrolled, are refused', async () => {
  const passkey = new SoftwareAuthenticator()
  const other = new SoftwareAuthenticator()
  const ann = await person(passkey)
  const { id, statement } = await waiting(ann)
  await assertRefused(ann, id, other.approve(statement), 'a key that nobody enrolled')
  const posing = { ...other.approve(statement), key: passkey.keyId }
  await assertRefused(ann, id, posing, "another's signature under the name of hers")
  await person(other)
  await assertRefused(ann, id, other.approve(statement), "another person's passkey")
})

test('a count that does not grow is refused: there may be a copy', async () => {
  const passkey = new SoftwareAuthenticator()
  const ann = await person(passkey)
  passkey.signCount = 41
  const first = await waiting(ann)
  await assertTaken(ann, first.id, passkey.approve(first.statement))
  const { id, statement } = await waiting(ann)
  for (const count of [0, 10, 41]) {
    passkey.signCount = count - 1
    await assertRefused(ann, id, passkey.approve(statement), `count ${count} after 42`)
  }
  passkey.signCount = 42
  await assertTaken(ann, id, passkey.approve(statement))
})

test('of two approvals at once by one count, one is taken', async () => {
  const passkey = new SoftwareAuthenticator()
  const ann = await person(passkey)
  for (let round = 0; round < 5; round++) {
    const calls = [await waiting(ann), await waiting(ann)]
    const count = passkey.signCount
    const answers = await Promise.all(
      calls.map(({ id, statement }) => {
        passkey.signCount = count
        return approve(ann, id, passkey.approve(statement))
      }),
    )
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
    assert.deepEqual(statuses, [200, 422])
  }
})

test('who is shut out, or has lost the passkey, no longer counts', async () => {
  const passkey = new SoftwareAuthenticator()
  const ann = await person(passkey)
  const { id, key, statement } = await waiting(ann)
  await assertTaken(ann, id, passkey.approve(statement))
  await ok(`/v1/principals/${ann.name}`, { method: 'PATCH', body: { disabled: true } })
  const destroy = { body: { windowDays: 7 } }
  assert.equal(
    (await ask(world, `/v1/keys/${key}/destroy`, destroy)).body['code'],
    'approval-pending',
  )
  const late = await waiting(await person(new SoftwareAuthenticator()))
  assert.equal((await approve(ann, late.id, passkey.approve('x'))).status, 401)

  const second = new SoftwareAuthenticator()
  const ben = await person(second)
  const call = await waiting(ben)
  await assertTaken(ben, call.id, second.approve(call.statement))
  // Ben is asked himself. What he approves is about him as he is: approving it must not change that.
  const path = `/v1/principals/${ben.name}/approver-keys`
  const away = await refusedCall(ben, '', path, enrolment())
  await assertTaken(ben, away.id, second.approve(away.statement))
  await ok(path, enrolment())
  const again = await ask(world, `/v1/keys/${call.key}/destroy`, destroy)
  assert.equal(again.body['code'], 'approval-pending')
})

test('taking a passkey away and enrolling it again forgets no count', async () => {
  const passkey = new SoftwareAuthenticator()
  const ann = await person(passkey)
  const first = await waiting(ann)
  passkey.signCount = 6
  await assertTaken(ann, first.id, passkey.approve(first.statement))
  const copy = await person(passkey)
  const { id, statement } = await waiting(copy)
  passkey.signCount = 6
  await assertRefused(copy, id, passkey.approve(statement), 'the same count')
  await assertTaken(copy, id, passkey.approve(statement))
})

test('a passkey is enrolled as a browser gives it, and never as anything else', async () => {
  const passkey = new SoftwareAuthenticator()
  const { name } = await person()
  const path = `/v1/principals/${name}/approver-keys`
  const enrol = (credential: Buffer, publicKey: Buffer, keys: readonly Buffer[] = []) =>
    ask(world, path, {
      method: 'PUT',
      body: {
        keys: keys.map((one) => one.toString('base64')),
        passkeys: [
          { credential: credential.toString('base64'), publicKey: publicKey.toString('base64') },
        ],
      },
    })
  const { credential, spki, cose } = passkey
  const enrolled = await enrol(credential, spki)
  assert.equal(pick(enrolled.body, 'principal.approverKeys.0.id'), passkey.keyId, enrolled.text)
  const offCurve = Buffer.from(cose)
  offCurve[cose.length - 1] = (offCurve.at(-1) ?? 0) ^ 1
  const wrong: readonly (readonly [Buffer, Buffer, Buffer[]?])[] = [
    [Buffer.alloc(0), cose],
    [Buffer.alloc(1_024), cose],
    [credential, Buffer.alloc(0)],
    [credential, cose.subarray(1)],
    [credential, Buffer.concat([cose, Buffer.of(0)])],
    [credential, offCurve],
    [credential, cose, [spki]],
  ]
  for (const [id, publicKey, plain] of wrong) {
    const { body, text } = await enrol(id, publicKey, plain)
    assert.equal(body['code'], 'invalid-input', text)
  }
  const body = { keys: [cose.toString('base64')] }
  assert.equal((await ask(world, path, { method: 'PUT', body })).body['code'], 'invalid-input')
  assert.equal(world.reported.length, 0)
})
