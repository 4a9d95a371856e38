import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { type OpenApi, operationsOf } from './support/api-schema.ts'
import { Canaries } from './support/canaries.ts'
import type { Reply, RestClient } from './support/rest-client.ts'
import { type Answers, dataCalls, type SecretCall, setUpCalls } from './support/secret-calls.ts'
import { ServerProcess } from './support/server-process.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** Members whose values no one but the caller may ever see again. A new member belongs to one of the lists. */
const SECRET = new Set(
  `plaintext context destinationContext aad destinationAad iv ciphertext message signatureContext signature
  mac material wrapped salt label derivationContext peerPublicKey encapsulation data content passphrase currentPassphrase share
  certificates`.split(/\s+/),
)
/** Names, dates and what is said of things: stored, shown and logged by design. */
const PUBLIC = new Set(
  `destinationKey target name description owner labels activate key reason occurredAt message deactivateAt
  actions keys text protectDays processDays materialUntil principal team names approvals group gatherSeconds
  executeSeconds document passkeys credential publicKey assertion authenticatorData clientDataJson action
  authentication protocol peer after limit expectations proposal guards staleDays at
  tokenDays confirm versions requestsPerSecond recipients`.split(/\s+/),
)
const IDENTITIES = ['developer', 'administrator', 'auditor']

/** Calls a keeper and holds every answer against every secret that is not its own. */
class Prober {
  readonly canaries = new Canaries()
  readonly visited = new Set<string>()
  readonly server: ServerProcess
  readonly #clients: ReadonlyMap<string, RestClient>

  constructor(server: ServerProcess) {
    this.server = server
    this.#clients = new Map(IDENTITIES.map((identity) => [identity, server.client(identity)]))
    for (const identity of IDENTITIES) {
      this.canaries.watchText(`token of ${identity}`, server.token(identity))
    }
  }

  /** As whoever may do it; the wrong identities' refusals are looked at too. */
  async call({ operation, path, body, returns = [], makes = [] }: SecretCall): Promise<Reply> {
    const [method = ''] = operation.split(' ')
    let last: Reply | undefined
    for (const client of this.#clients.values()) {
      last = await client.call(method, path, body)
      if (last.status !== 403) break
      this.assertClean(operation, last.text)
    }
    assert.ok(last !== undefined)
    const made =
      last.status < 300 ? makes.map((member) => this.#watch(operation, member, last)) : []
    this.assertClean(operation, `${last.text}${JSON.stringify(last.headers)}`, [
      ...returns,
      ...made,
    ])
    this.visited.add(operation)
    return last
  }

  async raw(operation: string, path: string, text: string): Promise<Reply> {
    const client = this.#clients.get('developer')
    assert.ok(client !== undefined)
    const [method = ''] = operation.split(' ')
    const reply = await client.call(method, path, text)
    this.assertClean(`${operation} (malformed)`, reply.text)
    return reply
  }

  assertClean(where: string, text: string | Buffer, expected: readonly string[] = []): void {
    assert.deepEqual(this.canaries.find(text, expected), [], `secrets in ${where}`)
  }

  #watch(operation: string, member: string, reply: Reply): string {
    const name = `${member} of ${operation.split('/').at(-1) ?? ''}`
    const value = (reply.json as unknown as Record<string, string>)[member]
    assert.ok(value !== undefined, `${operation}: ${reply.text}`)
    this.canaries.watch(name, value)
    return name
  }
}

/** A path with something real for each parameter. */
function pathFor(operation: string, ids: Readonly<Record<string, string>>): string {
  const [, path = ''] = operation.split(' ')
  const verb = path.split('/').at(-1) ?? ''
  const keys: Readonly<Record<string, string>> = {
    sign: 'signer',
    verify: 'signer',
    mac: 'code',
    'verify-mac': 'code',
    wrap: 'wrapper',
    unwrap: 'wrapper',
    derive: 'deriver',
    agree: 'partner',
    encapsulate: 'kem',
    decapsulate: 'kem',
  }
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'key' ? (keys[verb] ?? 'data') : (ids[name] ?? 'none'),
  )
}

/** Wrong requests with secrets in them, for each member of each operation. */
async function probeErrors(
  prober: Prober,
  document: OpenApi,
  ids: Readonly<Record<string, string>>,
) {
  const samples = new Map<string, SecretCall>()
  for (const sample of setUpCalls(new Canaries())) samples.set(sample.operation, sample)
  for (const [operation, members] of operationsOf(document)) {
    const path = pathFor(operation, ids)
    for (const { name, bodyWith } of members) {
      assert.ok(SECRET.has(name) || PUBLIC.has(name), `${operation}: is \`${name}\` a secret?`)
      if (!SECRET.has(name)) continue
      const secrets = [
        prober.canaries.text(`${name} of ${operation}`),
        prober.canaries.bytes(`bytes as ${name} of ${operation}`),
      ]
      for (const secret of secrets) {
        const wrong = bodyWith(secret) as Record<string, unknown>
        const body = { ...samples.get(operation)?.body, name: 'wrong', ...wrong }
        for (const sent of [wrong, body]) await prober.call({ operation, path, body: sent })
      }
    }
    if (members.length === 0) continue
    const secret = prober.canaries.text(`body of ${operation}`)
    await prober.raw(operation, path, `{"plaintext":"${secret}`)
    await prober.raw(operation, path, `"${secret}"`)
    await prober.raw(operation, path, JSON.stringify({ unknown: secret, items: [{ x: secret }] }))
  }
}

/** The seal, its passphrases and shares; last, because it closes the keeper. */
async function probeSeal(prober: Prober): Promise<void> {
  const { canaries } = prober
  const S = '/v1/seal'
  const call = (verb: string, body: SecretCall['body'] = {}): Promise<Reply> =>
    prober.call({ operation: `POST ${S}/${verb}`, path: `${S}/${verb}`, body })
  const anyone = prober.server.client({ token: undefined })
  const passphrase = canaries.text('passphrase')
  const byPassphrase = { kind: 'passphrase', passphrase }
  assert.equal((await call('initialize', { method: byPassphrase })).status, 409)
  const changed = await call('rekey', { method: byPassphrase, authorization: [{}] })
  assert.equal(changed.status, 200, changed.text)
  await call('rotate-root', { authorization: [{ passphrase: canaries.text('wrong to rotate') }] })
  const method = { kind: 'shamir', shares: 3, threshold: 2 }
  const path = `${S}/rekey`
  const shares = await prober.server
    .client('administrator')
    .ok('POST', path, { method, authorization: [{ passphrase }] })
  for (const [index, share] of shares.shares.entries()) canaries.watchText(`share ${index}`, share)
  await call('check-share', { share: shares.shares[0] })
  await call('rekey/confirm', { proof: [{ share: canaries.text('wrong proof') }] })
  await call('rekey/confirm', { proof: shares.shares.slice(0, 2).map((share) => ({ share })) })
  await call('rekey/cancel')
  assert.equal((await call('seal')).status, 200)
  for (const body of [
    { share: canaries.text('wrong share') },
    { passphrase: canaries.text('wrong') },
  ]) {
    prober.assertClean('unseal', (await anyone.call('POST', `${S}/unseal`, body)).text)
  }
  for (const share of shares.shares.slice(1)) {
    const answer = await anyone.call('POST', `${S}/unseal`, { share })
    prober.assertClean('unseal', answer.text)
    assert.equal(answer.status, 200, answer.text)
  }
  prober.visited.add(`POST ${S}/unseal`)
}

/** What the running server writes beside a file and renames may be gone by now; it is looked at as that file. */
function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (path.endsWith('.tmp') && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return undefined
    throw error
  }
}

/** What is left on disk and was written out: of a secret only its own token file may know. */
function assertNothingLeft({ server, canaries }: Prober): number {
  let files = 0
  const entries = readdirSync(server.folder, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const owner = /^(\w+)\.token$/.exec(entry.name)?.[1]
    const content = readIfThere(path)
    if (content === undefined) continue
    const found = canaries.find(content, owner === undefined ? [] : [`token of ${owner}`])
    assert.deepEqual(found, [], `secrets in ${relative(server.folder, path)}`)
    files++
  }
  assert.deepEqual(canaries.find(server.stdout), [], 'secrets on standard output')
  assert.deepEqual(canaries.find(server.stderr), [], 'secrets on standard error')
  return files
}

test('no secret that went through the API is in its files, logs, metrics or errors', {
  timeout: 180_000,
}, async (t) => {
  const server = await ServerProcess.start(temporaryFolder(t))
  const prober = new Prober(server)
  const document = JSON.parse((await server.client().call('GET', '/openapi.json')).text) as OpenApi
  for (const call of setUpCalls(prober.canaries)) {
    assert.ok((await prober.call(call)).status < 300, call.path)
  }
  const answers: Answers = new Map()
  for (const make of await dataCalls(prober.canaries)) {
    const call = make(answers)
    const reply = await prober.call(call)
    assert.equal(reply.status, 200, `${call.path}: ${reply.text}`)
    answers.set(call.path.split('/').at(-1) ?? '', reply.json as unknown as Record<string, unknown>)
  }
  const P = '/v1/principals'
  const principal = { name: 'worker', kind: 'workload', roles: ['user'] }
  await prober.call({ operation: `POST ${P}`, path: P, body: principal })
  const token = await server
    .client('administrator')
    .ok('POST', `${P}/worker/tokens`, { lifetimeSeconds: 60 })
  prober.canaries.watchText('token of worker', token.secret)
  const ids = {
    object: 'secret',
    principal: 'worker',
    token: token.token.id,
    policy: 'none',
    index: '1',
  }
  for (const wrong of ['token of nobody', 'another']) {
    const secret = `clv_${prober.canaries.text(wrong)}`
    const refused = await server.client({ token: secret }).call('GET', '/v1/keys')
    assert.equal(refused.status, 401)
    prober.assertClean('a refused token', refused.text)
  }
  await prober.call({ operation: `DELETE /v1/tokens/{token}`, path: `/v1/tokens/${ids.token}` })

  await probeErrors(prober, document, ids)
  await probeSeal(prober)
  // Every other operation once, so that what it shows is looked at; destroying ones come last.
  const rest = [...operationsOf(document).keys()].filter((one) => !prober.visited.has(one))
  const ends = (operation: string): number => Number(/destroy|seal\/seal/.test(operation))
  for (const operation of rest.toSorted((left, right) => ends(left) - ends(right))) {
    const body = operation.startsWith('GET') || operation.startsWith('DELETE') ? undefined : {}
    const returns = operation.endsWith('/content') ? ['content'] : []
    await prober.call({ operation, path: pathFor(operation, ids), returns, ...(body && { body }) })
  }
  assert.deepEqual(
    [...operationsOf(document).keys()].filter((operation) => !prober.visited.has(operation)),
    [],
    'every operation was called',
  )
  const auditor = server.client('auditor')
  prober.assertClean('/metrics', (await auditor.call('GET', '/metrics')).text)
  prober.assertClean('the log', (await auditor.call('GET', '/v1/audit/entries?limit=1000')).text)
  assertNothingLeft(prober)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
  const files = assertNothingLeft(prober)
  t.diagnostic(
    `${prober.canaries.count} secrets, ${prober.visited.size} operations, ${files} files`,
  )
})
