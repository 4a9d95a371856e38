import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { claviger, refusal, temporaryFolder } from './test-environment.ts'

const IDENTITY = {
  name: 'x',
  principal: 'p',
  tenant: 'd',
  roles: [],
  authentication: 'token',
  scope: {},
}

function profileIn(folder: string, more: object = {}): string {
  const inner = join(folder, '.claviger')
  mkdirSync(inner, { recursive: true })
  const profile = {
    address: 'https://127.0.0.1:8420',
    identities: { developer: 'developer.token', auditor: 'auditor.token' },
    default: 'developer',
    as: { audit: 'auditor' },
    ...more,
  }
  for (const name of ['developer', 'auditor'])
    writeFileSync(join(inner, `${name}.token`), `${name}-token\n`)
  writeFileSync(join(inner, 'profile.json'), JSON.stringify(profile))
  return join(inner, 'profile.json')
}

async function tokenSent(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const answer = () => [200, { ...IDENTITY, entries: [], entry: 1 }] as const
  const ran = await claviger(args, { cwd, env, answer })
  assert.equal(ran.exitCode, 0, ran.stderr)
  return ran.seen[0]?.headers['authorization']
}

describe('a profile', () => {
  test('is found from the folder upward, with the identity of the command', async (t) => {
    const folder = temporaryFolder(t)
    profileIn(folder)
    const below = join(folder, 'a', 'b')
    mkdirSync(below, { recursive: true })
    assert.equal(await tokenSent(['whoami'], below), 'Bearer developer-token')
    assert.equal(await tokenSent(['audit', 'list'], below), 'Bearer auditor-token')
    assert.equal(
      await tokenSent(['audit', 'list', '--as', 'developer'], below),
      'Bearer developer-token',
    )
    assert.equal(await tokenSent(['--as', 'auditor', 'whoami'], below), 'Bearer auditor-token')
  })

  test('keeps its tokens from other addresses', async (t) => {
    const folder = temporaryFolder(t)
    profileIn(folder)
    const args = ['whoami', '--address', 'https://elsewhere.example']
    assert.equal(await tokenSent(args, folder), undefined)
  })

  test('found by chance sends nobody to another machine', async (t) => {
    const folder = temporaryFolder(t)
    const path = profileIn(folder, { address: 'https://elsewhere.example' })
    const refused = await claviger(['whoami'], { cwd: folder, env: {} })
    assert.deepEqual([refused.exitCode, refused.seen.length], [2, 0])
    assert.match(refused.stderr, /names elsewhere\.example/)
    assert.equal(await tokenSent(['whoami', '--profile', path], folder), 'Bearer developer-token')
  })

  test('found by chance has no token sent that lies elsewhere, by a link either', async (t) => {
    const folder = temporaryFolder(t)
    const path = profileIn(folder, { identities: { developer: '../secret' } })
    writeFileSync(join(folder, 'secret'), 'elsewhere\n')
    const refused = await claviger(['whoami'], { cwd: folder, env: {} })
    assert.deepEqual([refused.exitCode, refused.seen.length], [2, 0])
    assert.equal(await tokenSent(['whoami', '--profile', path], folder), 'Bearer elsewhere')
    profileIn(folder)
    rmSync(join(folder, '.claviger', 'developer.token'))
    symlinkSync(join(folder, 'secret'), join(folder, '.claviger', 'developer.token'))
    const linked = await claviger(['whoami'], { cwd: folder, env: {} })
    assert.deepEqual([linked.exitCode, linked.seen.length], [2, 0])
  })

  test('found by chance gets no token from the environment', async (t) => {
    const folder = temporaryFolder(t)
    const path = profileIn(folder)
    const env = { CLAVIGER_TOKEN: 'mine' }
    const ran = await claviger(['whoami'], { cwd: folder, env })
    assert.deepEqual([ran.exitCode, ran.seen.length], [2, 0])
    assert.equal(await tokenSent(['whoami', '--profile', path], folder, env), 'Bearer mine')
  })

  test('that is wrong is named with what is wrong', async (t) => {
    const folder = temporaryFolder(t)
    for (const more of [{ address: 1 }, { identities: [] }, { as: { a: 1 } }, { ca: 7 }]) {
      profileIn(folder, more)
      const ran = await claviger(['whoami'], { cwd: folder, env: {} })
      assert.equal(ran.exitCode, 2)
      assert.match(ran.stderr, /profile\.json is not right: `/)
    }
  })

  test('hints at another identity after a denial', async (t) => {
    const folder = temporaryFolder(t)
    profileIn(folder)
    const ran = await claviger(['whoami'], {
      cwd: folder,
      env: {},
      answer: () => refusal('denied', 403),
    })
    assert.equal(ran.exitCode, 4)
    assert.match(ran.stderr, /this was developer; another identity may do it: --as auditor/)
  })

  test('knows no identity but its own', async (t) => {
    const folder = temporaryFolder(t)
    profileIn(folder)
    const ran = await claviger(['whoami', '--as', 'root'], { cwd: folder, env: {} })
    assert.equal(ran.exitCode, 2)
    assert.match(ran.stderr, /there are developer, auditor/)
  })
})

describe('an address', () => {
  test('is needed', async (t) => {
    const ran = await claviger(['whoami'], { cwd: temporaryFolder(t), env: {} })
    assert.equal(ran.exitCode, 2)
    assert.match(ran.stderr, /claviger server --dev/)
  })

  test('is https, or of this machine', async () => {
    for (const [address, exitCode] of [
      ['http://keeper.example', 2],
      ['ftp://127.0.0.1', 2],
      ['keeper.example', 2],
      ['http://127.0.0.1:1', 0],
      ['http://[::1]:1', 0],
      ['http://localhost:1', 0],
    ] as const) {
      const ran = await claviger(['whoami', '--address', address], {
        env: {},
        answer: () => [200, IDENTITY],
      })
      assert.equal(ran.exitCode, exitCode, address)
    }
  })
})

test('a token comes from the file that is named first of all', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'one'), 'one\n')
  writeFileSync(join(folder, 'two'), 'two words\n')
  const env = { CLAVIGER_ADDRESS: 'https://k.example', CLAVIGER_TOKEN: 'env' }
  assert.equal(await tokenSent(['whoami'], folder, env), 'Bearer env')
  assert.equal(await tokenSent(['whoami', '--token-file', 'one'], folder, env), 'Bearer one')
  const ran = await claviger(['whoami', '--token-file', 'two'], { cwd: folder, env })
  assert.equal(ran.exitCode, 2)
  assert.equal(ran.stderr.includes('two words'), false)
})

test('a client certificate that is named stands in for the token', async (t) => {
  const folder = temporaryFolder(t)
  profileIn(folder)
  for (const name of ['c.pem', 'k.pem']) writeFileSync(join(folder, name), 'PEM')
  const cert = ['--cert', 'c.pem', '--key', 'k.pem']
  assert.equal(await tokenSent(['whoami', ...cert], folder), undefined)
  assert.equal(
    await tokenSent(['whoami', ...cert, '--as', 'auditor'], folder),
    'Bearer auditor-token',
  )
})
