// Key files of openssl and keytool, through the real command line into a real keeper, and used there.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { CLAVIGER, ServerProcess } from '../../fault/support/server-process.ts'
import { type Workshop, workshop } from './foreign-tools.ts'

const PASSPHRASE = 'correct horse battery'

interface Ran {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

class KeeperWorld {
  readonly at: Workshop

  constructor(at: Workshop) {
    this.at = at
  }

  static async open(t: TestContext): Promise<KeeperWorld | undefined> {
    const at = workshop(t, 'openssl', 'keytool')
    if (at === undefined) return undefined
    const server = await ServerProcess.start(at.path('.claviger'))
    t.after(() => server.stop())
    at.write('pass', `${PASSPHRASE}\n`)
    return new KeeperWorld(at)
  }

  claviger(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const options = { cwd: this.at.folder, env: { ...process.env, ...env }, timeout: 60_000 }
    return new Promise((done) => {
      const ran = execFile(process.execPath, [CLAVIGER, ...words], options, (error, out, err) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
        done({ status, stdout: out, stderr: err })
      })
      ran.stdin?.end()
    })
  }

  async ok(...words: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.claviger(words)
    assert.equal(status, 0, `${words.join(' ')}: ${stdout}${stderr}`)
    return stdout
  }
}

test('a .p12 of openssl lands as a key with its certificates, and signs as it did before', async (t) => {
  const world = await KeeperWorld.open(t)
  if (world === undefined) return
  const { at } = world
  at.certificate('root')
  at.certificate('leaf', 'root')
  const inputs = ['-inkey', 'leaf.key', '-in', 'leaf.pem', '-certfile', 'root.pem']
  at.openssl('pkcs12', '-export', ...inputs, '-passout', 'file:pass', '-out', 'web.p12')

  // Nothing else in the world says what it is, and nothing that is written is a secret.
  const refused = await world.claviger(['import', 'keys', 'web.p12', '--name', 'web'], {
    CLAVIGER_KEY_FILE_PASSPHRASE: 'another',
  })
  assert.equal(refused.status, 8, refused.stderr)
  assert.match(refused.stderr, /the passphrase does not open the file/)

  const told = await world.ok(
    'import',
    'keys',
    'web.p12',
    '--name',
    'web',
    '--passphrase-file',
    'pass',
  )
  assert.match(told, /private-key +- +web +taken in as ec-p256/)
  assert.match(told, /certificate +- +web\.crt +taken in/)
  assert.match(told, /certificate +- +web\.issuer-1\.crt +taken in/)
  assert.ok(!told.includes(PASSPHRASE))

  const { key } = JSON.parse(await world.ok('key', 'get', 'web', '--json'))
  const { object } = JSON.parse(await world.ok('object', 'get', 'web.crt', '--json'))
  assert.deepEqual([object.certificate.key, object.certificate.keyVersion], [key.id, 1])
  assert.equal(object.certificate.subject, 'CN=leaf')

  at.write('message', 'attack at dawn')
  await world.ok('sign', 'web', 'message', '--encoding', 'raw', '-o', 'message.sig')
  at.openssl('x509', '-in', 'leaf.pem', '-pubkey', '-noout', '-out', 'leaf.pub')
  const checked = at.openssl(
    'dgst',
    '-sha256',
    '-verify',
    'leaf.pub',
    '-signature',
    'message.sig',
    'message',
  )
  assert.match(checked.toString(), /Verified OK/)

  // Once more: what is there already is said, and the status tells a script.
  const again = await world.claviger([
    'import',
    'keys',
    'web.p12',
    '--name',
    'web',
    '--passphrase-file',
    'pass',
  ])
  assert.equal(again.status, 1)
})

test("a keytool store's pairs, secret keys and trusted certificates are taken in together", async (t) => {
  const world = await KeeperWorld.open(t)
  if (world === undefined) return
  const { at } = world
  const store = ['-storetype', 'PKCS12', '-keystore', 'shop.p12', '-storepass', PASSPHRASE]
  at.certificate('root')
  at.keytool(
    '-genkeypair',
    '-keyalg',
    'RSA',
    '-keysize',
    '2048',
    '-dname',
    'CN=a',
    '-alias',
    'Till 1',
    ...store,
  )
  at.keytool('-genseckey', '-keyalg', 'AES', '-keysize', '256', '-alias', 'vault', ...store)
  at.keytool('-genseckey', '-keyalg', 'DESede', '-alias', 'old', ...store)
  at.keytool('-importcert', '-noprompt', '-file', 'root.pem', '-alias', 'house ca', ...store)
  const env = { CLAVIGER_KEY_FILE_PASSPHRASE: PASSPHRASE }

  const listed = await world.claviger(
    ['import', 'keys', 'shop.p12', '--list', '--address', 'https://127.0.0.1:1'],
    env,
  )
  assert.equal(listed.status, 0, listed.stderr)
  assert.match(listed.stdout, /secret-key +vault +vault +listed as aes-256/)

  const ran = await world.claviger(['import', 'keys', 'shop.p12', '--prefix', 'shop/'], env)
  assert.equal(ran.status, 1, ran.stderr)
  assert.match(ran.stdout, /private-key +till 1 +shop\/till-1 +taken in as rsa-2048/)
  assert.match(ran.stdout, /secret-key +vault +shop\/vault +taken in as aes-256/)
  assert.match(ran.stdout, /secret-key +old +shop\/old +it is for DESede; say what it is here/)
  assert.match(ran.stdout, /certificate +house ca +shop\/house-ca\.crt +taken in/)

  at.write('plain', 'the books')
  await world.ok('encrypt', 'shop/vault', 'plain', '-o', 'sealed')
  await world.ok('decrypt', 'sealed', '-o', 'opened')
  assert.deepEqual(at.read('opened'), at.read('plain'))
})

test("a JCEKS store's keys are taken in, each by its own passphrase", async (t) => {
  const world = await KeeperWorld.open(t)
  if (world === undefined) return
  const { at } = world
  const store = ['-storetype', 'JCEKS', '-keystore', 'old', '-storepass', PASSPHRASE]
  const aes = ['-genseckey', '-keyalg', 'AES', '-keysize', '128']
  at.keytool(...aes, '-alias', 'common', '-keypass', PASSPHRASE, ...store)
  at.keytool(...aes, '-alias', 'own', '-keypass', 'another one', ...store)
  at.write('own', 'another one')
  const words = ['import', 'keys', 'old', '--passphrase-file', 'pass']
  const first = await world.claviger(words)
  assert.match(first.stdout, /secret-key +common +common +taken in as aes-128/)
  assert.match(first.stderr, /own was left out: it is under a passphrase of its own/)
  const second = await world.ok(...words, '--key-passphrase-file', 'own', '--entry', 'own')
  assert.match(second, /secret-key +own +own +taken in as aes-128/)
})

test('a scan proposes commands that take in what it found, and a keeper has it then', async (t) => {
  const world = await KeeperWorld.open(t)
  if (world === undefined) return
  const { at } = world
  at.certificate('web')
  at.certificate('lone')
  at.openssl('pkcs8', '-topk8', '-in', 'lone.key', '-passout', 'file:pass', '-out', 'sealed')
  at.openssl('rand', '-out', 'lone.key', '64')
  const told = await world.ok('import', 'scan', '.', '--certificates', '--json')
  const { found } = JSON.parse(told) as {
    found: { path: string; kind: string; publicKey?: string; propose: string }[]
  }
  const ours = found.filter(({ path }) => !path.includes('.claviger'))
  assert.deepEqual(
    ours.map(({ path, kind }) => [path.slice(at.folder.length + 1), kind]),
    [
      ['lone.pem', 'certificate'],
      ['sealed', 'encrypted'],
      ['web.key', 'private-key'],
      ['web.pem', 'certificate'],
    ],
  )
  const [, , key, certificate] = ours
  // A key and its certificate are seen to belong together before either is taken in.
  assert.ok(key?.publicKey !== undefined && key.publicKey === certificate?.publicKey)
  for (const { propose } of ours) {
    const [, ...words] = propose.replace(' FILE', ' pass').split(' ')
    assert.match(await world.ok(...words), /taken in/)
  }
})
