// Approvals signed in a token: SoftHSM's PKCS#11 module, through OpenSC's pkcs11-tool.
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { CLAVIGER, ServerProcess } from '../../fault/support/server-process.ts'
import { temporaryFolder } from '../../fault/support/temporary-folder.ts'

const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const TOOL = '/usr/bin/pkcs11-tool'
const PIN = '83514027'
/** The one that is meant is not the first that the module finds. */
const KEYS = [
  ['01', 'EC:prime256v1', 'another'],
  ['02', 'EC:prime256v1', 'approvals'],
  ['03', 'rsa:2048', 'other kind'],
  ['04', 'EC:edwards25519', 'edwards'],
] as const

interface Ran {
  readonly status: number
  readonly output: string
}

/** A folder with a token, a keeper, and what the command line needs; every call of the tool is noted. */
class TokenWorld {
  readonly folder: string
  readonly server: ServerProcess
  readonly #env: NodeJS.ProcessEnv

  private constructor(folder: string, server: ServerProcess, env: NodeJS.ProcessEnv) {
    this.folder = folder
    this.server = server
    this.#env = env
  }

  static async open(t: TestContext): Promise<TokenWorld | undefined> {
    if (!existsSync(MODULE) || !existsSync(TOOL)) {
      t.skip('needs softhsm2 and opensc: apt-get install softhsm2 opensc')
      return undefined
    }
    const folder = temporaryFolder(t)
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    mkdirSync(join(folder, 'tokens'))
    const configuration = `directories.tokendir = ${join(folder, 'tokens')}\nlog.level = ERROR\n`
    writeFileSync(join(folder, 'softhsm2.conf'), configuration)
    const noting = `#!/bin/sh\nprintf '%s\\n' "$*" >>'${join(folder, 'calls')}'\nexec ${TOOL} "$@"\n`
    writeFileSync(join(bin, 'pkcs11-tool'), noting)
    chmodSync(join(bin, 'pkcs11-tool'), 0o755)
    const env = {
      ...process.env,
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      SOFTHSM2_CONF: join(folder, 'softhsm2.conf'),
    }
    const softhsm = (...words: readonly string[]): void => {
      execFileSync('softhsm2-util', words, { env, stdio: 'pipe' })
    }
    softhsm('--init-token', '--free', '--label', 'ann', '--pin', PIN, '--so-pin', '12345678')
    const tool = [TOOL, '--module', MODULE, '--token-label', 'ann', '--login', '--pin', 'env:PIN']
    for (const [id, type, label] of KEYS) {
      const words = [...tool, '--keypairgen', '--key-type', type, '--label', label, '--id', id]
      const made = spawnSync(words[0] as string, words.slice(1), { env: { ...env, PIN } })
      assert.equal(made.status, 0, String(made.stderr))
    }
    const server = await ServerProcess.start(join(folder, '.claviger'))
    return new TokenWorld(folder, server, env)
  }

  claviger(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: this.folder, env: { ...this.#env, ...env }, timeout: 60_000 }
    return new Promise((done) => {
      const ran = execFile(
        process.execPath,
        [CLAVIGER, ...words],
        options,
        (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
          done({ status, output: `${stdout}${stderr}` })
        },
      )
      ran.stdin?.end()
    })
  }

  async ok(...words: readonly string[]): Promise<string> {
    const { status, output } = await this.claviger(words)
    assert.equal(status, 0, `${words.join(' ')}: ${output}`)
    return output
  }

  /** As somebody who has a token of the keeper's own too. */
  as(name: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const { folder, server } = this
    return this.claviger([...words, '--token-file', `${name}.token`], {
      CLAVIGER_ADDRESS: `https://127.0.0.1:${server.port}`,
      CLAVIGER_CA: join(folder, '.claviger/ca.pem'),
      ...env,
    })
  }

  /** The arguments of every call of the tool. */
  get calls(): string {
    return readFileSync(join(this.folder, 'calls'), 'utf8')
  }
}

const inToken = (label: string, token = 'ann'): readonly string[] => [
  '--pkcs11-module',
  MODULE,
  '--token-label',
  token,
  '--key-label',
  label,
]

test('an approver signs in a token, and the PIN is on no command line', async (t) => {
  const world = await TokenWorld.open(t)
  if (world === undefined) return
  for (const [name, label, algorithm] of [
    ['ann', 'approvals', 'ecdsa-p256'],
    ['ben', 'edwards', 'ed25519'],
  ] as const) {
    await world.ok('principal', 'create', name, '--role', 'approver')
    await world.ok('token', 'create', name, '--lifetime', '1d', '--out', `${name}.token`)
    const enrolled = await world.ok('principal', 'enroll', name, ...inToken(label), '--json')
    assert.ok(enrolled.includes(`"algorithm": "${algorithm}"`), enrolled)
  }
  await world.ok('group', 'create', 'board', '--member', 'ann', '--member', 'ben')
  const guard = ['--action', 'key.destroy', '--approvals', '1', '--group', 'board']
  await world.ok('quorum', 'create', 'destroying', ...guard)
  await world.ok('key', 'create', 'payments', '--spec', 'aes-256')
  const asked = await world.claviger(['key', 'destroy', 'payments', '--window', '7'])
  assert.equal(asked.status, 7, asked.output)
  const id = /request ([0-9a-f-]{36}) is approved/.exec(asked.output)?.[1] ?? ''
  const approve = (words: readonly string[], pin: string) =>
    world.as('ann', ['approval', 'approve', id, '--yes', ...words], { CLAVIGER_PKCS11_PIN: pin })

  const refused: readonly (readonly [readonly string[], string, RegExp])[] = [
    [inToken('approvals'), '00000000', /CKR_PIN_INCORRECT/],
    [inToken('nothing'), PIN, /no public key of the label nothing/],
    [inToken('approvals', 'nobody'), PIN, /No slot with token named "nobody"/],
    [inToken('other kind'), PIN, /Ed25519 or P-256/],
    [['--pkcs11-module', '/nowhere.so', '--token-label', 'a', '--key-label', 'b'], PIN, /pkcs11/],
    [['--pkcs11-module', MODULE], PIN, /go together/],
  ]
  for (const [words, pin, why] of refused) {
    const { status, output } = await approve(words, pin)
    assert.ok(status === 1 || status === 2, output)
    assert.match(output, why)
    assert.ok(!output.includes(PIN))
  }
  const done = await approve(inToken('approvals'), PIN)
  assert.equal(done.status, 0, done.output)
  assert.match(done.output, /status +approved/)
  await world.ok('approval', 'execute', id)
  assert.match(await world.ok('key', 'get', 'payments'), /destroy/)

  // Another one, by Ed25519 and with the PIN from a file.
  await world.ok('key', 'create', 'second', '--spec', 'aes-256')
  const again = await world.claviger(['key', 'destroy', 'second', '--window', '7'])
  const second = /request ([0-9a-f-]{36}) is approved/.exec(again.output)?.[1] ?? ''
  writeFileSync(join(world.folder, 'pin'), `${PIN}\n`, { mode: 0o600 })
  const words = ['approval', 'approve', second, '--yes', ...inToken('edwards')]
  const filed = await world.as('ben', [...words, '--pin-file', 'pin'])
  assert.equal(filed.status, 0, filed.output)
  assert.match(filed.output, /status +approved/)

  assert.match(world.calls, /--pin env:CLAVIGER_PKCS11_PIN .*--sign/)
  assert.ok(!world.calls.includes(PIN))
  await world.server.stop()
})
