import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeJks, encodePkcs12 } from '@claviger/keyfile'
import { claviger, temporaryFolder } from './test-environment.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const der = { type: 'pkcs8', format: 'der' } as const
const pkcs8 = new Uint8Array(pair.privateKey.export(der))
const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const spki = pair.publicKey.export({ type: 'spki', format: 'der' })
const FINGERPRINT = createHash('sha256').update(spki).digest('hex')
const SECRET = Buffer.alloc(32, 0x5a)

interface Found {
  readonly path: string
  readonly format: string
  readonly kind: string
  readonly spec?: string
  readonly publicKey?: string
  readonly isOpen: boolean
  readonly propose?: string
}

/** Keys under names that say nothing, among things that look like some. */
function litteredFolder(t: { after(work: () => void): void }): string {
  const cwd = temporaryFolder(t)
  const at = (name: string): string => join(cwd, name)
  for (const name of ['deep/er', '.git', 'node_modules/x', 'outside']) {
    mkdirSync(at(name), { recursive: true })
  }
  const sealing = { passphrase: 'secret', iterations: 3 }
  const secret = { kind: 'secret-key', alias: 'aes', algorithm: 'AES', key: SECRET } as const
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'notes.txt': `remember:\n${pem}\nthat is all`,
    "deep/er/it's.bin": pkcs8,
    'deep/store': encodeJks([secret], { ...sealing, format: 'jceks', createdAt: 0 }),
    'deep/shut.dat': encodePkcs12([secret], sealing),
    'deep/open.dat': encodePkcs12([secret], { passphrase: '', iterations: 3 }),
    'jwks.json': JSON.stringify({ keys: [pair.privateKey.export({ format: 'jwk' })] }),
    'public.pem': pair.publicKey.export({ type: 'spki', format: 'pem' }),
    'data.json': '{"key":"value"}',
    'zeros.bin': new Uint8Array(64),
    'empty.key': '',
    'broken.pem': '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n',
    'large.pem': `${' '.repeat(4 * 1024 * 1024)}${pem}`,
    '.git/a.pem': pem,
    'node_modules/x/a.pem': pem,
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content)
  chmodSync(at('notes.txt'), 0o600)
  chmodSync(at('deep/store'), 0o644)
  symlinkSync(at('notes.txt'), at('linked.pem'))
  symlinkSync(cwd, at('outside/loop'))
  return cwd
}

test('finds what lies about by its content, and says what to do with it', async (t) => {
  const cwd = litteredFolder(t)
  const ran = await claviger(['import', 'scan', '.', '--json'], { cwd })
  assert.equal(ran.exitCode, 0, ran.stderr)
  assert.deepEqual(ran.seen, [])
  const { found, unread, isCut } = JSON.parse(ran.stdout) as {
    found: readonly Found[]
    unread: number
    isCut: boolean
  }
  assert.deepEqual([unread, isCut], [0, false])
  const ec = ['private-key', 'ec-p256', FINGERPRINT]
  assert.deepEqual(
    found.map(({ path, format, kind, spec, publicKey }) => [
      path.slice(cwd.length + 1),
      format,
      kind,
      spec,
      publicKey,
    ]),
    [
      ["deep/er/it's.bin", 'pkcs8', ...ec],
      ['deep/open.dat', 'pkcs12', 'secret-key', 'aes-256', undefined],
      ['deep/shut.dat', 'pkcs12', 'encrypted', undefined, undefined],
      ['deep/store', 'jceks', 'encrypted', undefined, undefined],
      ['jwks.json', 'jwks', 'jwk', 'ec-p256', FINGERPRINT],
      ['notes.txt', 'pem', ...ec],
    ],
  )
  const of = (name: string): Found => found.find(({ path }) => path.endsWith(name)) as Found
  assert.deepEqual([of('notes.txt').isOpen, of('deep/store').isOpen], [false, true])
  assert.equal(
    of('shut.dat').propose,
    `claviger import keys ${cwd}/deep/shut.dat --prefix shut/ --passphrase-file FILE`,
  )
  assert.match(
    of('s.bin').propose ?? '',
    /import keys '[^']*\/deep\/er\/it'\\''s\.bin' --name er\/it-s$/,
  )
})

test('writes nothing that is secret, to people or to programs', async (t) => {
  const cwd = litteredFolder(t)
  const body = pem.split('\n')[1] ?? ''
  const d = pair.privateKey.export({ format: 'jwk' }).d ?? ''
  for (const words of [[], ['--json'], ['--certificates']]) {
    const ran = await claviger(['import', 'scan', '.', ...words], { cwd })
    const written = ran.stdout + ran.stderr
    assert.match(written, /ec-p256/)
    for (const secret of [body, d, SECRET.toString('hex'), SECRET.toString('base64')]) {
      assert.ok(!written.includes(secret))
    }
  }
})

test('what it proposes is a command that there is', async (t) => {
  const cwd = temporaryFolder(t)
  writeFileSync(join(cwd, 'a.pem'), pem)
  const { stdout } = await claviger(['import', 'scan', '.'], { cwd })
  const [, words = ''] = /^ {2}claviger (.*)$/m.exec(stdout) ?? []
  const ran = await claviger([...words.split(' '), '--list'], { cwd })
  assert.equal(ran.exitCode, 0, ran.stderr)
  assert.match(ran.stdout, /private-key/)
})

test('a folder that is not there is said to be so', async () => {
  const ran = await claviger(['import', 'scan', '/nowhere/at/all'])
  assert.equal(ran.exitCode, 5)
})
