import assert from 'node:assert/strict'
import type { AnswerBody, EventBody } from './answer-body.ts'
import type { CrashClient, ModelKey, Pending } from './crash-client.ts'
import type { RestClient } from './rest-client.ts'
import type { ServerProcess } from './server-process.ts'

const DESTROYED_SAMPLES = 2
const PAGE = 1_000

/** A client for each identity. */
export interface Callers extends Record<string, RestClient> {
  readonly officer: RestClient
  readonly administrator: RestClient
  readonly auditor: RestClient
}

/** Every entry of the tenant after one index, by index. */
export async function entriesAfter(
  auditor: RestClient,
  after: number,
): Promise<Map<number, EventBody>> {
  const found = new Map<number, EventBody>()
  let before = ''
  for (;;) {
    const page = await auditor.ok('GET', `/v1/audit/entries?limit=${PAGE}${before}`)
    for (const { index, event } of page.entries) if (index > after) found.set(index, event)
    const last = page.entries.at(-1)
    if (page.next === undefined || last === undefined || last.index <= after) return found
    before = `&before=${String(page.next)}`
  }
}

/** Holds what a recovered server says against what one client was told before the kill. */
export async function checkClient(
  client: CrashClient,
  callers: Callers,
  entries: ReadonlyMap<number, EventBody>,
): Promise<void> {
  const { pending } = client
  for (const { action, target, entry } of client.acknowledged) {
    const event = entries.get(entry)
    const what = `entry ${entry} of ${action} of ${target}: ${JSON.stringify(event)}`
    assert.ok(event !== undefined && isAbout(event, action, target), what)
    assert.equal(event.outcome, 'allowed', what)
  }
  const indexes = new Set(client.acknowledged.map(({ entry }) => entry))
  assert.equal(indexes.size, client.acknowledged.length, 'an entry each')
  for (const key of client.keys.filter(({ touched }) => touched)) {
    const applied = await checkKey(key, pending, callers.officer)
    checkCounts(client, key, applied, entries)
    key.touched = false
  }
  await checkDestroyed(client, callers.officer)
  await checkTokens(client, callers.administrator, entries)
  client.pending = pending?.action === 'key.create' ? pending : undefined
  client.acknowledged = []
}

/** The acknowledged state, or that with the one change that was under way; which it was. */
async function checkKey(
  key: ModelKey,
  pending: Pending | undefined,
  officer: RestClient,
): Promise<string | undefined> {
  const found = await officer.ok('GET', `/v1/keys/${key.id}/history`)
  const change = pending?.target === key.id ? pending.action : undefined
  let applied: string | undefined
  if (change === 'key.rotate' && found.key.lastVersion === key.lastVersion + 1) {
    applied = change
    key.lastVersion++
  }
  const isSuspended = found.key.suspension !== undefined
  const toggles = change === 'key.suspend' || change === 'key.resume'
  if (toggles && isSuspended !== key.suspended) {
    applied = change
    key.suspended = isSuspended
  }
  if (change === 'key.destroy' && found.key.state === 'destroyed') {
    applied = change
    key.destroyed = true
  }
  assert.equal(found.key.lastVersion, key.lastVersion, `versions of ${key.name}`)
  if (!key.destroyed) assert.equal(isSuspended, key.suspended, `suspension of ${key.name}`)
  assertWhole(key, found)
  if (key.destroyed) await assertGone(key, officer)
  else if (!key.suspended) await assertServes(key, officer)
  return applied
}

/** The row of the key and those of its versions tell of the same moment. */
function assertWhole({ name, lastVersion, destroyed, suspended }: ModelKey, found: AnswerBody) {
  const numbers = found.versions.map(({ version }) => version)
  assert.deepEqual(
    numbers,
    Array.from({ length: lastVersion }, (_, index) => index + 1),
    `versions of ${name}`,
  )
  for (const { version, state, hasMaterial, history } of found.versions) {
    const leads = version === lastVersion && !destroyed
    const wanted = destroyed
      ? 'destroyed'
      : leads
        ? suspended
          ? 'suspended'
          : 'active'
        : 'deactivated'
    // A key whose type has nothing left to do once it stops protecting goes at once (T5).
    const isRight = state === wanted || (!leads && state === 'destroyed')
    assert.ok(isRight, `version ${version} of ${name} is ${state}, not ${wanted}`)
    assert.equal(hasMaterial, state !== 'destroyed', `material of ${name}/${version}`)
    const moved = history.findLast(({ half }) => half !== 'public')
    assert.equal(moved?.to, state, `history of ${name}/${version}`)
  }
  assert.equal(found.key.state === 'destroyed', destroyed, `state of ${name}`)
}

async function assertServes(key: ModelKey, officer: RestClient): Promise<void> {
  if (key.protected.length === 0) return
  const path = `/v1/keys/${key.id}`
  if (key.spec.startsWith('aes')) {
    const items = key.protected.map(({ text: ciphertext }) => ({ ciphertext }))
    const answer = await officer.ok('POST', `${path}/decrypt`, { items })
    assert.deepEqual(
      answer.items.map(({ plaintext }) => plaintext),
      key.protected.map(({ plaintext }) => plaintext),
      `ciphertexts of ${key.name}`,
    )
    return
  }
  // The newest: what an older version protected names its version, which these calls would have to give.
  const newest = key.protected.at(-1)
  const [verb, field] = key.spec === 'ec-p256' ? ['verify', 'signature'] : ['verify-mac', 'mac']
  for (let version = key.lastVersion; version >= 1; version--) {
    const body = { message: newest?.message, [field]: newest?.text, version }
    const answer = await officer.call('POST', `${path}/${verb}`, body)
    if (answer.json.valid) return
  }
  assert.fail(`${field} of ${key.name} does not verify under any version`)
}

async function assertGone(key: ModelKey, officer: RestClient): Promise<void> {
  const path = `/v1/keys/${key.id}`
  const protects = key.spec.startsWith('aes') ? 'encrypt' : key.spec === 'ec-p256' ? 'sign' : 'mac'
  const body = protects === 'encrypt' ? { plaintext: 'AAAA' } : { message: 'AAAA' }
  const refused = await officer.call('POST', `${path}/${protects}`, body)
  assert.equal(refused.json.code, 'wrong-state', `${key.name} is destroyed`)
  const ciphertext = key.protected[0]?.text
  if (protects !== 'encrypt' || ciphertext === undefined) return
  const closed = await officer.call('POST', `${path}/decrypt`, { ciphertext })
  assert.equal(closed.json.code, 'wrong-state', `${key.name} is destroyed`)
}

/** Destroyed stays destroyed, also long after. */
async function checkDestroyed(client: CrashClient, officer: RestClient): Promise<void> {
  const destroyed = client.keys.filter((key) => key.destroyed)
  for (let sample = 0; sample < DESTROYED_SAMPLES; sample++) {
    const key = destroyed[Math.floor(Math.random() * destroyed.length)]
    if (key !== undefined) await assertGone(key, officer)
  }
}

/** Each change of a key has one entry: those that were acknowledged, and the one found applied. */
function checkCounts(
  client: CrashClient,
  key: ModelKey,
  applied: string | undefined,
  entries: ReadonlyMap<number, EventBody>,
): void {
  for (const verb of ['rotate', 'suspend', 'resume', 'destroy']) {
    const action = `key.${verb}`
    const told = [...entries.values()].filter(
      (event) => isAbout(event, action, key.id) && event.outcome === 'allowed',
    )
    const acknowledged = client.acknowledged.filter(
      (one) => one.action === action && one.target === key.id,
    )
    const wanted = acknowledged.length + (applied === action ? 1 : 0)
    assert.equal(told.length, wanted, `entries of ${action} of ${key.name}`)
  }
}

/** Revoked stays revoked; a token that nobody was told of is there at most once, with its entry. */
async function checkTokens(
  client: CrashClient,
  administrator: RestClient,
  entries: ReadonlyMap<number, EventBody>,
): Promise<void> {
  const path = `/v1/principals/${client.name}/tokens?limit=1000`
  const { tokens } = await administrator.ok('GET', path)
  const { pending } = client
  for (const token of client.tokens) {
    const stored = tokens.find(({ id }) => id === token.id)
    assert.ok(stored !== undefined, `token ${token.id}`)
    if (pending?.action === 'token.revoke' && pending.target === token.id) {
      token.revoked = stored.revokedAt !== undefined
    }
    assert.equal(stored.revokedAt !== undefined, token.revoked, `revocation of ${token.id}`)
  }
  const created = [...entries.values()].filter((event) =>
    isAbout(event, 'token.create', client.name),
  )
  const known = client.acknowledged.filter(({ action }) => action === 'token.create').length
  const cut = pending?.action === 'token.create' ? 1 : 0
  assert.ok(created.length >= known && created.length <= known + cut, 'an entry for each token')
}

/** What only a live server tells: which secrets it lets in. */
export async function checkSecrets(client: CrashClient, server: ServerProcess): Promise<void> {
  const live = client.tokens.filter(({ revoked }) => !revoked).at(-1)
  const dead = client.tokens.filter(({ revoked }) => revoked).at(-1)
  for (const [token, status] of [
    [live, 200],
    [dead, 401],
  ] as const) {
    if (token === undefined) continue
    const caller = server.client({ token: token.secret })
    assert.equal((await caller.call('GET', '/v1/whoami')).status, status)
    caller.close()
  }
}

function isAbout(event: EventBody, action: string, target: string): boolean {
  return event.action === action && (event.target.id === target || event.target.name === target)
}
