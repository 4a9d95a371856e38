// PKCS #12 by Java's keytool, secret keys among it, which other libraries stumble over.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodePkcs12, encodePkcs12, type KeyFileEntry } from '@claviger/keyfile'
import { type Workshop, workshop } from './foreign-tools.ts'

const PASSPHRASE = 'changeit please'
const STORE = ['-storetype', 'PKCS12', '-keystore', 'store.p12', '-storepass:file', 'pass']

function open(t: TestContext): Workshop | undefined {
  const at = workshop(t, 'openssl', 'keytool')
  at?.write('pass', PASSPHRASE)
  at?.certificate('root')
  at?.certificate('leaf', 'root')
  return at
}

function byAlias(entries: readonly KeyFileEntry[]): ReadonlyMap<string, KeyFileEntry> {
  return new Map(entries.map((entry) => [entry.alias ?? '', entry]))
}

function makeStore(at: Workshop, ...options: readonly string[]): Uint8Array {
  const pair = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=pair', '-alias', 'Pair']
  at.keytool(...options, '-genkeypair', ...pair, ...STORE)
  at.keytool(
    ...options,
    '-genseckey',
    '-keyalg',
    'AES',
    '-keysize',
    '256',
    '-alias',
    'aes',
    ...STORE,
  )
  at.keytool(
    ...options,
    '-genseckey',
    '-keyalg',
    'HmacSHA256',
    '-keysize',
    '256',
    '-alias',
    'mac',
    ...STORE,
  )
  at.keytool(...options, '-importcert', '-noprompt', '-file', 'root.pem', '-alias', 'ca', ...STORE)
  return at.read('store.p12')
}

test("keytool's store is read: pairs, secret keys and trusted certificates", (t) => {
  const at = open(t)
  if (at === undefined) return
  const contents = decodePkcs12(makeStore(at), { passphrase: PASSPHRASE })
  assert.deepEqual([contents.skipped, contents.isAuthenticated], [[], true])
  const entries = byAlias(contents.entries)
  assert.deepEqual([...entries.keys()].toSorted(), ['aes', 'ca', 'mac', 'pair'])
  const pair = entries.get('pair')
  const aes = entries.get('aes')
  const mac = entries.get('mac')
  const ca = entries.get('ca')
  assert.ok(pair?.kind === 'private-key' && aes?.kind === 'secret-key')
  assert.ok(mac?.kind === 'secret-key' && ca?.kind === 'certificate')
  assert.deepEqual([aes.algorithm, aes.key.length], ['AES', 32])
  assert.deepEqual([mac.algorithm, mac.key.length], ['HmacSHA256', 32])
  assert.deepEqual(ca.certificate, at.der('root'))
  // openssl, which reads the pair too, agrees about the key.
  const reading = ['-in', 'store.p12', '-passin', 'file:pass', '-nodes', '-nocerts']
  at.write('theirs.key', at.openssl('pkcs12', ...reading))
  assert.deepEqual(pair.pkcs8, at.pkcs8('theirs'))
  assert.equal(pair.chain.length, 1)
})

test('a store that is written as Java 8 did gives its keys, and tells of what it cannot', (t) => {
  const at = open(t)
  if (at === undefined) return
  const store = makeStore(at, '-J-Dkeystore.pkcs12.legacy')
  const { entries, skipped } = decodePkcs12(store, { passphrase: PASSPHRASE })
  assert.deepEqual([...byAlias(entries).keys()].toSorted(), ['aes', 'mac', 'pair'])
  assert.match(skipped[0]?.why ?? '', /RC2-40/)
})

test('keytool reads what is written here', (t) => {
  const at = open(t)
  if (at === undefined) return
  const key = new Uint8Array(32).map((_, index) => index)
  const chain = [at.der('leaf'), at.der('root')]
  const written = encodePkcs12(
    [
      { kind: 'private-key', alias: 'web', pkcs8: at.pkcs8('leaf'), chain },
      { kind: 'secret-key', alias: 'aes', algorithm: 'AES', key },
      { kind: 'certificate', alias: 'ca', certificate: at.der('root') },
    ],
    { passphrase: PASSPHRASE },
  )
  at.write('store.p12', written)
  const listed = at.keytool('-list', '-v', ...STORE)
  assert.match(
    listed,
    /Alias name: web[^]*?Entry type: PrivateKeyEntry\nCertificate chain length: 2/,
  )
  assert.match(listed, /Alias name: aes[^]*?Entry type: SecretKeyEntry/)
  assert.match(listed, /Alias name: ca[^]*?Entry type: trustedCertEntry/)
  // Written out again by Java, it holds what was given: Java has opened every key.
  const to = [
    '-destkeystore',
    'again.p12',
    '-deststoretype',
    'PKCS12',
    '-deststorepass',
    PASSPHRASE,
  ]
  const from = ['-srckeystore', 'store.p12', '-srcstoretype', 'PKCS12', '-srcstorepass', PASSPHRASE]
  at.keytool('-importkeystore', '-noprompt', ...from, ...to)
  const again = byAlias(decodePkcs12(at.read('again.p12'), { passphrase: PASSPHRASE }).entries)
  const web = again.get('web')
  const aes = again.get('aes')
  assert.ok(web?.kind === 'private-key' && aes?.kind === 'secret-key')
  assert.deepEqual(web, { kind: 'private-key', alias: 'web', pkcs8: at.pkcs8('leaf'), chain })
  assert.deepEqual(aes, { kind: 'secret-key', alias: 'aes', algorithm: 'AES', key })
})
