import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'node:tls'
import { setTimeout as delay } from 'node:timers/promises'
import { ServerProcess, type Stopped } from '../fault/support/server-process.ts'
import { hasCommand, isRoot, temporaryFolder } from '../fault/support/temporary-folder.ts'

const PLAINTEXT = 'c3RhcnQgYW5kIHN0b3A='
const NOBODY = '65534'

function assertOneLine({ code, stderr }: Stopped, status: number, says: RegExp): void {
  assert.equal(code, status, stderr)
  assert.match(stderr, says)
  assert.equal(stderr.trim().split('\n').length, 1, stderr)
}

test('a second start finds what the first one made', async (t) => {
  const folder = temporaryFolder(t)
  const first = await ServerProcess.start(folder)
  assert.match(first.stdout, /made now/)
  const officer = first.client()
  await officer.ok('POST', '/v1/keys', { name: 'kept', spec: 'aes-256' })
  const body = { plaintext: PLAINTEXT }
  const { ciphertext } = await officer.ok('POST', '/v1/keys/kept/encrypt', body)
  const token = first.token('developer')
  assert.deepEqual(await first.stop('SIGINT'), { code: 0, signal: null })
  const second = await ServerProcess.start(folder)
  assert.match(second.stdout, /found again/)
  assert.equal(second.token('developer'), token)
  const opened = await second.client().ok('POST', '/v1/keys/kept/decrypt', { ciphertext })
  assert.equal(opened.plaintext, PLAINTEXT)
  const third = await ServerProcess.run(folder)
  assertOneLine(third, 1, /another keeper runs in this folder/)
  assert.deepEqual(await second.stop('SIGTERM'), { code: 0, signal: null })
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} lets a slow request finish, takes no new one and exits with 0`, async (t) => {
    const server = await ServerProcess.start(temporaryFolder(t))
    await server.client().ok('POST', '/v1/keys', { name: 'slow', spec: 'aes-256' })
    const body = JSON.stringify({ plaintext: PLAINTEXT })
    const socket = connect({
      host: '127.0.0.1',
      servername: 'localhost',
      port: server.port,
      ca: [readFileSync(server.path('ca.pem'))],
    })
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => (answer += text))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(
      [
        'POST /v1/keys/slow/encrypt HTTP/1.1',
        'host: localhost',
        `authorization: Bearer ${server.token('developer')}`,
        'content-type: application/json',
        `content-length: ${body.length}`,
        '',
        body.slice(0, 10),
      ].join('\r\n'),
    )
    await delay(200)
    server.signal(signal)
    await delay(300)
    await assert.rejects(server.client().call('GET', '/health'), 'nothing new comes in')
    socket.write(body.slice(10))
    assert.deepEqual(await server.ended, { code: 0, signal: null })
    await closed
    assert.match(answer, /^HTTP\/1\.1 200 /)
    assert.match(answer, /"ciphertext":"clv1:/)
    assert.match(server.stderr, /finishing what is under way\nstopped\n$/)
  })
}

test('a port that is taken is named in one line', async (t) => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  t.after(() => holder.close())
  const address = holder.address()
  const port = typeof address === 'object' && address !== null ? String(address.port) : ''
  const folder = temporaryFolder(t)
  const args = ['--dev', '--folder', folder, '--port', port]
  assertOneLine(await ServerProcess.run(folder, { args }), 1, new RegExp(`port ${port} .* taken`))
})

test('a data folder of somebody else is named in one line', async (t) => {
  if (!isRoot || !hasCommand('setpriv'))
    return t.skip('needs root and setpriv: apt-get install util-linux')
  const folder = temporaryFolder(t)
  const mine = await ServerProcess.start(folder)
  await mine.stop()
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const probe = spawnSync(prefix[0] as string, [...prefix.slice(1), process.execPath, '--version'])
  if (probe.status !== 0) return t.skip('needs a Node that other users may run')
  assertOneLine(await ServerProcess.run(folder, { prefix }), 1, /cannot be (read|written)/)
  // Readable above and not below is as bad.
  chmodSync(folder, 0o755)
  assertOneLine(await ServerProcess.run(folder, { prefix }), 1, /cannot be (read|written)/)
})

test('a certificate or key that may not be read is named in one line, with what to do', async (t) => {
  if (!isRoot || !hasCommand('setpriv'))
    return t.skip('needs root and setpriv: apt-get install util-linux')
  const prefix = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  const probe = spawnSync(prefix[0] as string, [...prefix.slice(1), process.execPath, '--version'])
  if (probe.status !== 0) return t.skip('needs a Node that other users may run')
  const folder = temporaryFolder(t)
  chmodSync(folder, 0o777)
  const path = join(folder, 'claviger.toml')
  const [pem, key] = [join(folder, 'tls.pem'), join(folder, 'tls.key')]
  writeFileSync(
    path,
    `folder = "keeper"\n[listen]\nport = 0\ncertificate = "${pem}"\nkey = "${key}"\n[seal]\nkind = "shamir"\n`,
  )
  const start = () => ServerProcess.run(folder, { prefix, args: ['--config', path] })
  writeFileSync(pem, 'x', { mode: 0o644 })
  assertOneLine(await start(), 1, /there is no [^\n]*tls\.key; listen\.key names it/)
  writeFileSync(key, 'x', { mode: 0o600 })
  assertOneLine(await start(), 1, /cannot read [^\n]*tls\.key \(EACCES\); let user 65534 read it/)
  chmodSync(pem, 0o600)
  assertOneLine(await start(), 1, /cannot read [^\n]*tls\.pem \(EACCES\)/)
})

test('five mistakes in a configuration are all named, each with its line', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'claviger.toml')
  const lines = [
    'folder = ""',
    '[listen]',
    'port = 99999',
    'body_bytes_max = 4096',
    '[seal]',
    'kind = "magic"',
    '[log]',
    'level = "loud"',
  ]
  writeFileSync(path, lines.join('\n'))
  const { code, stderr } = await ServerProcess.run(folder, { args: ['--config', path] })
  assert.equal(code, 2, stderr)
  const [title = '', ...mistakes] = stderr.trim().split('\n')
  assert.ok(title.includes(path), title)
  for (const [setting, line] of [
    ['folder', 1],
    ['listen.port', 3],
    ['listen.body_bytes_max', 4],
    ['seal.kind', 6],
    ['log.level', 8],
  ] as const) {
    const named = mistakes.filter((mistake) =>
      mistake.trim().startsWith(`${setting} (line ${line})`),
    )
    assert.equal(named.length, 1, `${setting}: ${stderr}`)
  }
  assert.equal(mistakes.length, 5, stderr)
})

test('wrong arguments are told in one line, with status 2', async (t) => {
  const folder = temporaryFolder(t)
  const wrong: readonly (readonly string[])[] = [
    [],
    ['--dev', '--config', 'x'],
    ['--dev', '--prot', '1'],
    ['--dev', '--port', 'x'],
  ]
  for (const args of wrong) {
    const { code, stderr } = await ServerProcess.run(folder, { args })
    assert.equal(code, 2, stderr)
    assert.equal(stderr.trim().split('\n').length, 1, stderr)
  }
  const missing = await ServerProcess.run(folder, { args: ['--config', join(folder, 'none.toml')] })
  assertOneLine(missing, 2, /none\.toml/)
})

test('a keeper sealed by shares: initialized, unsealed and sealed again over the API', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'claviger.toml')
  writeFileSync(path, 'folder = "keeper"\n[listen]\nport = 0\n[seal]\nkind = "shamir"\n')
  const options = { args: ['--config', path] }
  const keeper = join(folder, 'keeper')
  const first = await ServerProcess.start(keeper, options)
  assert.match(first.stdout, /not initialized/)
  const anyone = first.client({ token: undefined })
  assert.deepEqual((await anyone.call('GET', '/health/ready')).json.initialized, false)
  const refused = await first.client({ token: 'clv_x' }).call('GET', '/v1/keys')
  assert.equal(refused.status, 503, refused.text)
  assert.equal(refused.json.code, 'sealed')
  const method = { kind: 'shamir', shares: 3, threshold: 2 }
  const principals = [
    { name: 'root', roles: ['administrator', 'operator'], tokenDays: 1 },
    { name: 'keeper', roles: ['officer', 'user', 'operator'], tokenDays: 1 },
  ]
  const almighty = [{ name: 'root', roles: ['administrator', 'user'], tokenDays: 1 }]
  const both = await anyone.call('POST', '/v1/seal/initialize', { method, principals: almighty })
  assert.match(both.text, /nobody is `administrator` and `user`/)
  const made = await anyone.call('POST', '/v1/seal/initialize', { method, principals })
  assert.equal(made.status, 201, made.text)
  const { shares, tokens } = made.json
  assert.equal(shares.length, 3)
  const token = tokens['keeper'] ?? ''
  assert.match(readFileSync(join(keeper, 'log.vkey'), 'utf8'), /^claviger\.local\/log\+/)
  const again = await anyone.call('POST', '/v1/seal/initialize', { method, principals })
  assert.equal(again.status, 409, again.text)
  const owner = first.client({ token })
  await owner.ok('POST', '/v1/keys', { name: 'kept', spec: 'aes-256' })
  const body = { plaintext: PLAINTEXT }
  const { ciphertext } = await owner.ok('POST', '/v1/keys/kept/encrypt', body)
  assert.deepEqual(await first.stop(), { code: 0, signal: null })

  const second = await ServerProcess.start(keeper, options)
  assert.match(second.stdout, /sealed: run/)
  const holder = second.client({ token: undefined })
  const caller = second.client({ token })
  for (const [call, status] of [
    ['GET /health/live', 200],
    ['GET /health/ready', 503],
    ['GET /v1/seal', 200],
    ['GET /v1/keys', 503],
    ['GET /v1/whoami', 503],
    ['POST /v1/keys/kept/decrypt', 503],
    ['GET /v1/audit/checkpoint', 503],
  ] as const) {
    const [method = '', where = ''] = call.split(' ')
    const sent = method === 'POST' ? { ciphertext } : undefined
    const reply = await caller.call(method, where, sent)
    assert.equal(reply.status, status, `${call}: ${reply.text}`)
    if (status === 503 && where.startsWith('/v1')) assert.equal(reply.json.code, 'sealed')
  }
  await holder.ok('POST', '/v1/seal/unseal', { share: shares[2] })
  const half = await holder.ok('GET', '/v1/seal')
  assert.equal(half.sealed, true)
  assert.deepEqual(half.progress, [3])
  assert.equal((await holder.ok('POST', '/v1/seal/unseal', { share: shares[0] })).sealed, false)
  const decrypt = () => caller.call('POST', '/v1/keys/kept/decrypt', { ciphertext })
  assert.equal((await decrypt()).json.plaintext, PLAINTEXT)
  await caller.ok('POST', '/v1/seal/seal', {})
  assert.equal((await decrypt()).json.code, 'sealed')
  for (const share of shares.slice(1)) await holder.ok('POST', '/v1/seal/unseal', { share })
  assert.equal((await decrypt()).json.plaintext, PLAINTEXT)
  assert.deepEqual(await second.stop(), { code: 0, signal: null })
})

test('of many wrong shares at once, no more come in than one after the other', async (t) => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'claviger.toml')
  writeFileSync(path, 'folder = "keeper"\n[listen]\nport = 0\n[seal]\nkind = "shamir"\n')
  const server = await ServerProcess.start(join(folder, 'keeper'), { args: ['--config', path] })
  const stranger = server.client({ token: undefined })
  const method = { kind: 'shamir', shares: 3, threshold: 2 }
  const principals = [{ name: 'root', roles: ['operator'], tokenDays: 1 }]
  const { tokens } = await stranger.ok('POST', '/v1/seal/initialize', { method, principals })
  await server.client({ token: tokens['root'] ?? '' }).ok('POST', '/v1/seal/seal', {})
  const attempts = Array.from({ length: 60 }, () =>
    stranger.call('POST', '/v1/seal/unseal', { share: 'no share at all' }),
  )
  const replies = await Promise.all(attempts)
  const letIn = replies.filter(({ status }) => status !== 429)
  assert.ok(letIn.length <= 25, `${letIn.length} came in`)
  assert.ok(letIn.length > 0)
  assert.deepEqual(await server.stop(), { code: 0, signal: null })
})

test('started by an older Node, it runs under the right one, and stops with it', async (t) => {
  const found = spawnSync('/bin/sh', ['-c', 'PATH=/usr/local/bin:/usr/bin:/bin command -v node'])
  const node = String(found.stdout).trim()
  const version = node === '' ? '' : String(spawnSync(node, ['--version']).stdout).trim()
  const isOlder = /^v(18|20|22|24)\./.test(version)
  if (!isOlder) return t.skip('needs an older Node on the path: apt-get install nodejs')
  const server = await ServerProcess.start(temporaryFolder(t), { node })
  assert.equal((await server.client().call('GET', '/health')).status, 200)
  assert.deepEqual(await server.stop('SIGTERM'), { code: 0, signal: null })
  const missing = await ServerProcess.run(temporaryFolder(t), { node, args: [] })
  assert.equal(missing.code, 2, 'the status comes through')
})

test('the process leaves no core file and opens no inspector', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs Linux: /proc')
  const server = await ServerProcess.start(temporaryFolder(t))
  const limits = readFileSync(`/proc/${server.pid}/limits`, 'utf8')
  assert.match(limits, /Max core file size\s+0\s+0/)
  server.signal('SIGUSR1')
  await delay(300)
  assert.ok(!server.stderr.includes('Debugger'), server.stderr)
  if (server.isRunning) {
    assert.equal((await server.client().call('GET', '/health')).status, 200)
    assert.deepEqual(await server.stop(), { code: 0, signal: null })
  }
})
