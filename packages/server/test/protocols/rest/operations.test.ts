/** Every operation of the protocol, called over HTTP and held against the OpenAPI document. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { generateKeyPairSync } from 'node:crypto'
import { OpenApiDocument } from './document.ts'
import { tellApprovalStory } from './approval-story.ts'
import { tellBackupStory } from './backup-story.ts'
import { tellPolicyStory } from './policy-story.ts'
import { tellPrincipalPolicyStory } from './principal-policy-story.ts'
import { tellKeyMaterialStory } from './key-material-story.ts'
import { tellSealStory } from './seal-story.ts'
import { tellTenantStory } from './tenant-story.ts'
import {
  type Answered,
  type Asked,
  openInitialized,
  pick,
  pickText,
  type TestWorld,
} from './test-world.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const MESSAGE = base64('attack at dawn')

let world: TestWorld
let document: OpenApiDocument

before(async () => {
  world = await openInitialized()
  document = await OpenApiDocument.read(world)
})
after(() => world.close())

function call(path: string, asked: Asked = {}): Promise<Answered> {
  return document.call(world, path, asked)
}

function ok(path: string, asked: Asked = {}): Promise<Answered> {
  return document.ok(world, path, asked)
}

async function key(name: string, spec: string, more: object = {}): Promise<Answered> {
  return ok('/v1/keys', { body: { name, spec, ...more } })
}

describe('keys', () => {
  tellKeyMaterialStory({ call, ok, key })

  test('are created, shown, listed, changed and have a history', async () => {
    const made = await key('team/one', 'aes-256', { labels: { team: 'red' }, owner: 'ann' })
    assert.equal(made.status, 201)
    assert.equal(made.headers.get('etag'), '"1"')
    assert.equal(made.headers.get('claviger-entry'), String(made.body['entry']))
    const id = pickText(made.body, 'key.id')
    const byName = await ok('/v1/keys/team%2Fone')
    assert.equal(pick(byName.body, 'key.id'), id)
    const changed = await ok(`/v1/keys/${id}`, {
      method: 'PATCH',
      body: { description: 'the first', labels: { team: 'blue' } },
      headers: { 'if-match': '"1"' },
    })
    assert.equal(changed.headers.get('etag'), '"2"')
    const listed = await ok('/v1/keys?label=team%3Dblue&state=active&limit=5&descending=true')
    assert.equal(pick(listed.body, 'keys.0.name'), 'team/one')
    assert.deepEqual(pick((await ok('/v1/keys?label=team%3Dred')).body, 'keys'), [])
    assert.equal(pick((await ok('/v1/keys?namePrefix=team%2F')).body, 'keys.length'), 1)
    const history = await ok(`/v1/keys/${id}/history`)
    assert.equal(pick(history.body, 'versions.0.history.0.from'), 'none')
  })

  test('are listed in pages', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await key(name, 'aes-128')
    const first = await ok('/v1/keys?namePrefix=page-&limit=2')
    const next = pickText(first.body, 'next')
    const second = await ok(`/v1/keys?namePrefix=page-&limit=2&after=${next}`)
    assert.equal(pick(second.body, 'keys.length'), 1)
    assert.equal(second.body['next'], undefined)
  })

  test('go through their whole life', async () => {
    const instant = new Date(Date.now() + 86_400_000).toISOString()
    const waiting = await key('life', 'aes-256', { activate: instant })
    assert.equal(pick(waiting.body, 'key.state'), 'pre-active')
    assert.equal(pick(waiting.body, 'key.version.activateAt'), instant)
    const move = (verb: string, body: object = {}) => ok(`/v1/keys/life/${verb}`, { body })
    assert.equal(pick((await move('activate')).body, 'key.state'), 'active')
    assert.equal(pick((await move('rotate', { reason: 'yearly' })).body, 'key.currentVersion'), 2)
    assert.equal(
      pick((await move('suspend', { reason: 'a doubt' })).body, 'key.state'),
      'suspended',
    )
    assert.equal(pick((await move('resume')).body, 'key.state'), 'active')
    assert.ok(pick((await move('destroy', { windowDays: 7 })).body, 'key.destroyAt'))
    assert.equal(pick((await move('cancel-destroy')).body, 'key.destroyAt'), undefined)
    await move('resume')
    assert.equal(pick((await move('deactivate', { version: 2 })).body, 'key.state'), 'deactivated')
    const occurredAt = '2026-01-02T03:04:05.000Z'
    const revoked = await move('revoke', { reason: 'key-compromise', occurredAt })
    assert.equal(pick(revoked.body, 'key.version.compromise.occurredAt'), occurredAt)
    assert.equal(pick((await move('destroy', { windowDays: 0 })).body, 'key.state'), 'destroyed')
  })

  test('are imported in clear and wrapped, and rotated to material from elsewhere', async () => {
    const raw = Buffer.alloc(32, 7)
    const material = { format: 'raw', data: raw.toString('base64') }
    await ok('/v1/keys/import', { body: { name: 'in', spec: 'aes-256', material } })
    const twice = { ...material, data: Buffer.alloc(32, 8).toString('base64') }
    await ok('/v1/keys/in/rotate', { body: { material: twice } })
    await key('wrapper', 'aes-256', { purpose: 'wrap', mechanisms: ['aes-kwp'] })
    const wrapped = await ok('/v1/keys/wrapper/wrap', { body: { material: material.data } })
    const wrapping = { key: 'wrapper', version: 1, mechanism: 'aes-kwp' }
    const data = pickText(wrapped.body, 'wrapped')
    await ok('/v1/keys/import', {
      body: { name: 'in-2', spec: 'aes-256', material: { format: 'raw', data, wrapping } },
    })
    const one = await ok('/v1/keys/in/history')
    const two = await ok('/v1/keys/in-2')
    assert.equal(pick(one.body, 'versions.0.checkValue'), pick(two.body, 'key.version.checkValue'))
  })

  test('give their public half as JSON and as PEM', async () => {
    await key('signer', 'ec-p256')
    const json = await ok('/v1/keys/signer/public-key?version=1')
    const pem = await ok('/v1/keys/signer/public-key', {
      headers: { accept: 'application/x-pem-file' },
    })
    assert.match(pem.text, /^-----BEGIN PUBLIC KEY-----\n/)
    assert.equal(pem.text.split('\n').slice(1, -2).join(''), json.body['publicKey'])
    await key('hybrid', 'x-wing')
    const none = await call('/v1/keys/hybrid/public-key', {
      headers: { accept: 'application/x-pem-file' },
    })
    assert.equal(none.status, 406)
  })

  test('are made once for one idempotency key', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await ok('/v1/keys', { body: { name: 'idem', spec: 'aes-128' }, headers })
    const again = await ok('/v1/keys', { body: { spec: 'aes-128', name: 'idem' }, headers })
    assert.equal(pick(again.body, 'key.id'), pick(first.body, 'key.id'))
    const other = await call('/v1/keys', { body: { name: 'idem-2', spec: 'aes-128' }, headers })
    assert.equal(other.body['code'], 'conflict')
  })
})

describe('data operations', () => {
  before(async () => {
    await key('enc', 'aes-256')
    await key('enc-2', 'aes-256')
    await key('sig', 'ec-p256')
    await key('pq', 'ml-dsa-65')
    await key('mac', 'hmac-sha256')
    await key('kek', 'aes-256', { purpose: 'wrap' })
    await key('kdk', 'kdk-256')
    await key('dh', 'x25519')
    await key('kem', 'ml-kem-768')
  })
  const data = (name: string, verb: string, body: object) =>
    ok(`/v1/keys/${name}/${verb}`, { body })

  test('encrypt, decrypt and re-encrypt, with context or additional data', async () => {
    const context = { file: 'a', müller: 'ß' }
    const { body } = await data('enc', 'encrypt', { plaintext: MESSAGE, context })
    const clear = await data('enc', 'decrypt', { ciphertext: body['ciphertext'], context })
    assert.equal(clear.body['plaintext'], MESSAGE)
    const moved = await data('enc', 're-encrypt', {
      ciphertext: body['ciphertext'],
      context,
      destinationKey: 'enc-2',
      destinationAad: base64('bound'),
    })
    assert.equal(moved.body['sourceVersion'], 1)
    const again = { ciphertext: moved.body['ciphertext'], aad: base64('bound') }
    assert.equal((await data('enc-2', 'decrypt', again)).body['plaintext'], MESSAGE)
  })

  test('batches answer each item on its own, failures among them', async () => {
    const made = await data('enc', 'encrypt', {
      items: [
        { plaintext: MESSAGE },
        { plaintext: '' },
        { plaintext: MESSAGE, mechanism: 'aes-cbc' },
      ],
    })
    assert.equal(pick(made.body, 'items.2.error.code'), 'algorithm-disallowed')
    const ciphertext = pickText(made.body, 'items.0.ciphertext')
    const items = [
      { ciphertext },
      { ciphertext: pickText(made.body, 'items.1.ciphertext') },
      { ciphertext: 'clv1:AAAA' },
      { ciphertext: `${ciphertext.slice(0, -4)}AAAA` },
      { ciphertext, aad: '', context: {} },
    ]
    const { body, headers } = await data('enc', 'decrypt', { items })
    assert.equal(pick(body, 'items.0.plaintext'), MESSAGE)
    assert.equal(pick(body, 'items.1.plaintext'), '')
    assert.equal(pick(body, 'items.2.error.code'), 'invalid-input')
    assert.equal(pick(body, 'items.3.error.code'), 'authentication-failed')
    assert.equal(pick(body, 'items.4.error.code'), 'invalid-input')
    assert.equal(headers.get('claviger-entry'), String(body['entry']))
    const event = JSON.parse(world.log.entries[body['entry'] as number] as string) as object
    assert.equal(pick(event, 'outcome'), 'partial')
    assert.equal(pick(event, 'failed'), 3)
  })

  test('sign and verify', async () => {
    for (const [name, more] of [
      ['sig', { format: 'p1363' }],
      ['pq', { signatureContext: base64('ctx') }],
    ] as const) {
      const { body } = await data(name, 'sign', { message: MESSAGE, ...more })
      const given = { message: MESSAGE, signature: body['signature'], version: 1, ...more }
      assert.equal((await data(name, 'verify', given)).body['valid'], true)
      const other = { ...given, message: base64('retreat') }
      assert.equal((await data(name, 'verify', other)).body['valid'], false)
    }
  })

  test('mac and verify-mac', async () => {
    const { body } = await data('mac', 'mac', { message: MESSAGE })
    const given = { message: MESSAGE, mac: body['mac'] }
    assert.equal((await data('mac', 'verify-mac', given)).body['valid'], true)
    assert.equal((await data('mac', 'verify-mac', { ...given, message: '' })).body['valid'], false)
  })

  test('wrap and unwrap', async () => {
    const { body } = await data('kek', 'wrap', { material: MESSAGE, mechanism: 'aes-kwp' })
    const given = { wrapped: body['wrapped'], mechanism: 'aes-kwp', version: 1 }
    assert.equal((await data('kek', 'unwrap', given)).body['material'], MESSAGE)
    await key('going', 'aes-128', { exportable: true })
    await data('kek', 'wrap', { target: 'going', targetVersion: 1 })
  })

  test('data keys and pairs come in clear and encrypted', async () => {
    const { body } = await data('enc', 'generate-data-key', {
      lengthBytes: 32,
      context: { a: 'b' },
    })
    const back = { ciphertext: body['ciphertext'], context: { a: 'b' } }
    assert.equal((await data('enc', 'decrypt', back)).body['plaintext'], body['plaintext'])
    const hidden = await data('enc', 'generate-data-key', {
      lengthBytes: 16,
      withoutPlaintext: true,
    })
    assert.equal('plaintext' in hidden.body, false)
    const pair = await data('enc', 'generate-data-key-pair', { spec: 'ec-p256' })
    const sealed = { ciphertext: pair.body['ciphertext'] }
    assert.equal((await data('enc', 'decrypt', sealed)).body['plaintext'], pair.body['privateKey'])
  })

  test('derive, agree, encapsulate and decapsulate', async () => {
    const asked = { lengthBytes: 48, label: base64('l'), derivationContext: base64('c') }
    const derived = await data('kdk', 'derive', { ...asked, mechanism: 'kbkdf-hmac-sha256' })
    assert.equal(Buffer.from(pickText(derived.body, 'derived'), 'base64').length, 48)
    const { publicKey } = generateKeyPairSync('x25519')
    const peerPublicKey = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    await data('dh', 'agree', { peerPublicKey })
    const { body } = await data('kem', 'encapsulate', {})
    const { encapsulation, sharedSecret } = body
    const back = await data('kem', 'decapsulate', { encapsulation })
    assert.equal(back.body['sharedSecret'], sharedSecret)
  })

  test('random bytes', async () => {
    const { body } = await ok('/v1/random', { body: { lengthBytes: 24 } })
    assert.equal(pickText(body, 'random').length, 32)
  })
})

describe('objects', () => {
  const content = base64('a secret of the team')

  test('are kept, read and changed', async () => {
    const made = await ok('/v1/objects', { body: { name: 'note', kind: 'opaque', content } })
    assert.equal(made.status, 201)
    assert.equal((await ok('/v1/objects/note/content')).body['content'], content)
    const changed = { method: 'PATCH', body: { owner: 'ann' }, headers: { 'if-match': '"1"' } }
    assert.equal(pick((await ok('/v1/objects/note', changed)).body, 'object.owner'), 'ann')
    assert.equal(pick((await ok('/v1/objects/note')).body, 'object.hasContent'), true)
    const listed = await ok('/v1/objects?kind=opaque&owner=ann')
    assert.equal(pick(listed.body, 'objects.0.name'), 'note')
  })

  test('go through their whole life', async () => {
    const body = { name: 'pass', kind: 'secret-data', content, activate: false }
    await ok('/v1/objects', { body })
    const move = async (verb: string, more: object = {}) =>
      pick((await ok(`/v1/objects/pass/${verb}`, { body: more })).body, 'object.state')
    assert.equal(await move('activate'), 'active')
    assert.equal(await move('suspend', { reason: 'a doubt' }), 'suspended')
    const risky = await call('/v1/objects/pass/content')
    assert.equal(risky.body['code'], 'risk-not-acknowledged')
    await ok('/v1/objects/pass/content?acknowledgeRisk=true')
    assert.equal(await move('resume'), 'active')
    assert.equal(await move('deactivate'), 'deactivated')
    assert.equal(await move('revoke', { occurredAt: '2026-01-01T00:00:00+01:00' }), 'compromised')
    assert.equal(await move('destroy'), 'destroyed')
  })
})

describe('principals, tokens and policies', () => {
  test('principals are made, changed and given tokens, which end', async () => {
    await ok('/v1/principals', { body: { name: 'svc', kind: 'workload', roles: ['user'] } })
    const changed = await ok('/v1/principals/svc', {
      method: 'PATCH',
      body: { roles: ['auditor'] },
    })
    assert.deepEqual(pick(changed.body, 'principal.roles'), ['auditor'])
    assert.equal(pick((await ok('/v1/principals/svc')).body, 'principal.name'), 'svc')
    assert.equal(pick((await ok('/v1/principals?limit=2')).body, 'principals.length'), 2)
    const made = await ok('/v1/principals/svc/tokens', {
      body: { lifetimeSeconds: 60, scope: { actions: ['key.*'], keys: ['team/*'] } },
    })
    const token = pickText(made.body, 'secret')
    const me = await ok('/v1/whoami', { token })
    assert.equal(me.body['name'], 'svc')
    const listed = await ok('/v1/principals/svc/tokens')
    assert.equal(pick(listed.body, 'tokens.0.id'), pick(made.body, 'token.id'))
    assert.equal(listed.text.includes(token), false)
    const ended = { method: 'DELETE' }
    await ok(`/v1/tokens/${pickText(made.body, 'token.id')}`, ended)
    assert.equal((await call('/v1/whoami', { token })).status, 401)
  })

  tellPrincipalPolicyStory({ call, ok, key })
  tellTenantStory({ call, ok, key })
  tellPolicyStory({ call, ok, key })

  test('policies are written, held to the revision that was seen, and deleted', async () => {
    const text = 'permit(principal, action, resource);'
    const put = (revision: string | undefined) =>
      call('/v1/policies/all', {
        method: 'PUT',
        body: { text },
        ...(revision !== undefined && { headers: { 'if-match': revision } }),
      })
    assert.equal((await put(undefined)).headers.get('etag'), '"1"')
    assert.equal((await put('"1"')).headers.get('etag'), '"2"')
    assert.equal((await put('"1"')).body['code'], 'precondition-failed')
    assert.equal(pick((await ok('/v1/policies/all')).body, 'policy.text'), text)
    assert.equal(pick((await ok('/v1/policies')).body, 'policies.length'), 1)
    await ok('/v1/policies/all', { method: 'DELETE' })
    assert.equal((await call('/v1/policies/all')).status, 404)
  })
})

describe('approvals', () => tellApprovalStory({ call, ok, key }))

describe('operation', () => {
  test('the log is read, proven and checkpointed', async () => {
    const since = new Date(Date.now() - 60_000).toISOString()
    const page = await ok(`/v1/audit/entries?action=key.create&limit=2&since=${since}`)
    assert.equal(pick(page.body, 'entries.0.event.action'), 'key.create')
    assert.ok(pick(page.body, 'next') !== undefined)
    const receipt = await ok('/v1/audit/entries/0/receipt')
    assert.match(receipt.text, /^c2sp\.org\/tlog-proof/)
    assert.match(receipt.headers.get('claviger-entry') ?? '', /^\d+$/)
    await ok('/v1/audit/checkpoint')
    assert.equal((await call('/v1/audit/entries/99999999/receipt')).status, 404)
  })

  tellBackupStory({ call, ok })

  test('health and metrics', async () => {
    assert.equal((await ok('/health', { token: undefined })).body['ready'], true)
    await ok('/v1/principals', { body: { name: 'ops', kind: 'workload', roles: ['operator'] } })
    const made = await ok('/v1/principals/ops/tokens', { body: { lifetimeSeconds: 60 } })
    const { text } = await ok('/metrics', { token: pickText(made.body, 'secret') })
    assert.match(
      text,
      /claviger_requests_total\{operation="encrypt",outcome="allowed",code="ok"\} \d+/,
    )
    assert.match(text, /# EOF\n$/)
    assert.equal((await call('/metrics')).status, 403)
    const scopes = [
      [{ actions: ['seal.*'] }, 403],
      [{ actions: ['audit.checkpoint'], keys: ['team/*'] }, 403],
      [{ actions: ['audit.*'] }, 200],
    ] as const
    for (const [scope, status] of scopes) {
      const body = { lifetimeSeconds: 60, scope }
      const narrow = await ok('/v1/principals/ops/tokens', { body })
      const token = pickText(narrow.body, 'secret')
      assert.equal((await call('/metrics', { token })).status, status, JSON.stringify(scope))
    }
  })

  test('the seal: shares, a rekey, the root, sealing and unsealing', () => tellSealStory(document))
})

test('every operation of the document was called and answered well', () => {
  const missed = document.operations.filter(({ id }) => !document.succeeded.has(id))
  assert.deepEqual(
    missed.map(({ id }) => id),
    [],
  )
})
