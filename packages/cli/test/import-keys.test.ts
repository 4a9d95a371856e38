import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { encodePkcs12, type KeyFileEntry } from '@claviger/keyfile'
import { nameOf } from '../src/command/import/entry-name.ts'
import { claviger, KEY, refusal, temporaryFolder, type World } from './test-environment.ts'

const { privateKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
const pkcs8 = new Uint8Array(privateKey)
const PASSPHRASE = 'open sesame'
const ENTRIES: readonly KeyFileEntry[] = [
  { kind: 'private-key', alias: 'Tür & Tor', pkcs8, chain: [] },
  { kind: 'secret-key', alias: 'aes', algorithm: 'AES', key: new Uint8Array(16).fill(5) },
]

function worldWith(
  t: { after(work: () => void): void },
  passphrase = PASSPHRASE,
): World & { readonly cwd: string } {
  const cwd = temporaryFolder(t)
  writeFileSync(join(cwd, 'a.p12'), encodePkcs12(ENTRIES, { passphrase, iterations: 3 }))
  return { cwd, answer: () => [200, { key: KEY, entry: 1 }] }
}

describe('import keys', () => {
  test('asks for the passphrase where one is needed, and sends each key once', async (t) => {
    const ran = await claviger(['import', 'keys', 'a.p12'], {
      ...worldWith(t),
      typed: [PASSPHRASE],
    })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.deepEqual(
      ran.seen.map(({ body }) => body),
      [
        {
          name: 'tur-tor',
          material: { format: 'pkcs8', data: Buffer.from(pkcs8).toString('base64') },
        },
        {
          name: 'aes',
          spec: 'aes-128',
          material: { format: 'raw', data: Buffer.alloc(16, 5).toString('base64') },
        },
      ],
    )
  })

  test('asks for nothing where none is needed', async (t) => {
    const ran = await claviger(['import', 'keys', 'a.p12', '--list'], {
      ...worldWith(t, ''),
      typed: [],
    })
    assert.equal(ran.exitCode, 0, ran.stderr)
    assert.deepEqual(ran.seen, [])
  })

  test('takes in one alone, with what is to be said of it', async (t) => {
    const words = ['--entry', 'aes', '--name', 'vault', '--exportable', '--owner', 'ops']
    const ran = await claviger(['import', 'keys', 'a.p12', ...words], {
      ...worldWith(t),
      stdin: `${PASSPHRASE}\n`,
    })
    assert.equal(ran.exitCode, 0, ran.stderr)
    const material = { format: 'raw', data: Buffer.alloc(16, 5).toString('base64') }
    assert.deepEqual(
      ran.seen.map(({ body }) => body),
      [{ name: 'vault', spec: 'aes-128', material, exportable: true, owner: 'ops' }],
    )
  })

  test('says what was refused, and goes on', async (t) => {
    const world = worldWith(t)
    let calls = 0
    const ran = await claviger(['import', 'keys', 'a.p12', '--json'], {
      ...world,
      stdin: PASSPHRASE,
      answer: () =>
        calls++ === 0 ? refusal('conflict', 409, 'there is one') : [200, { key: KEY, entry: 1 }],
    })
    assert.equal(ran.exitCode, 1)
    const { entries } = JSON.parse(ran.stdout)
    assert.deepEqual(
      entries.map(({ outcome, why }: { outcome: string; why?: string }) => [outcome, why]),
      [
        ['refused', 'there is one'],
        ['taken in', undefined],
      ],
    )
  })

  test('ends at once where it would be refused everything', async (t) => {
    const ran = await claviger(['import', 'keys', 'a.p12'], {
      ...worldWith(t),
      stdin: PASSPHRASE,
      answer: () => refusal('denied', 403),
    })
    assert.deepEqual([ran.exitCode, ran.seen.length], [4, 1])
  })

  for (const [why, words, exitCode] of [
    ['a wrong passphrase', [], 8],
    ['a name for several', ['--name', 'x'], 2],
    ['an entry that is not there', ['--entry', 'none'], 5],
    ['a passphrase in sight of all', ['--passphrase', PASSPHRASE], 2],
  ] as const) {
    test(`refuses ${why}`, async (t) => {
      const stdin = why === 'a wrong passphrase' ? 'wrong' : PASSPHRASE
      const ran = await claviger(['import', 'keys', 'a.p12', ...words], { ...worldWith(t), stdin })
      assert.deepEqual([ran.exitCode, ran.seen], [exitCode, []], ran.stderr)
    })
  }
})

test('of a JWKS each key is sent as it is, a symmetric one with what its alg says', async (t) => {
  const cwd = temporaryFolder(t)
  const mac = { kty: 'oct', k: 'AAAA', alg: 'HS256', kid: 'mac' }
  const aes = { kty: 'oct', k: 'AAAA', alg: 'A256GCM', kid: 'aes' }
  const pair = { kty: 'OKP', crv: 'Ed25519', x: 'a', d: 'b' }
  writeFileSync(join(cwd, 'set.json'), JSON.stringify({ keys: [mac, aes, pair] }))
  const ran = await claviger(['import', 'keys', 'set.json'], {
    cwd,
    answer: () => [200, { key: KEY, entry: 1 }],
  })
  assert.equal(ran.exitCode, 0, ran.stderr)
  const data = (key: object): string => Buffer.from(JSON.stringify(key)).toString('base64')
  assert.deepEqual(
    ran.seen.map(({ body }) => body),
    [
      { name: 'mac', spec: 'hmac-sha256', material: { format: 'jwk', data: data(mac) } },
      { name: 'aes', spec: 'aes-256', material: { format: 'jwk', data: data(aes) } },
      { name: 'set', material: { format: 'jwk', data: data(pair) } },
    ],
  )
})

test('names are as they were, in the characters of names here', () => {
  assert.deepEqual(['Prod Web/1', 'ÅNGSTRÖM', '--x--', '鍵', "CN=a, O='b'"].map(nameOf), [
    'prod-web/1',
    'angstrom',
    'x',
    '',
    'cn-a-o-b',
  ])
})
