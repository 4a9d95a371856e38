// Java's own stores, JKS and JCEKS: what keytool writes is read here, and what is written here, there.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { decodeJks, decodePkcs12, encodeJks, type KeyFileEntry } from '@claviger/keyfile'
import { type Workshop, workshop } from './foreign-tools.ts'

const PASSPHRASE = 'changeit please'
const FORMATS = ['jks', 'jceks'] as const
const PAIR = ['-genkeypair', '-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=pair']

function open(t: TestContext): Workshop | undefined {
  const at = workshop(t, 'openssl', 'keytool')
  at?.certificate('root')
  at?.certificate('leaf', 'root')
  return at
}

const storeOf = (format: string): readonly string[] =>
  `-storetype ${format} -keystore store.${format}`.split(' ').concat('-storepass', PASSPHRASE)

/** What Java has made of a store: the same in PKCS#12, every key opened and sealed again. */
function throughJava(at: Workshop, format: string): ReadonlyMap<string, KeyFileEntry> {
  const from = ['-srckeystore', `store.${format}`, '-srcstoretype', format]
  const to = ['-destkeystore', 'again.p12', '-deststoretype', 'PKCS12']
  const passes = ['-srcstorepass', PASSPHRASE, '-deststorepass', PASSPHRASE]
  at.keytool('-importkeystore', '-noprompt', ...from, ...to, ...passes)
  const { entries } = decodePkcs12(at.read('again.p12'), { passphrase: PASSPHRASE })
  return byAlias(entries)
}

function byAlias(entries: readonly KeyFileEntry[]): ReadonlyMap<string, KeyFileEntry> {
  const pairs = entries.map((entry) => [entry.alias ?? '', entry] as const)
  return new Map(pairs.toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

for (const format of FORMATS) {
  test(`keytool's ${format} store is read as Java itself reads it`, (t) => {
    const at = open(t)
    if (at === undefined) return
    const store = storeOf(format)
    at.keytool(...PAIR, '-alias', 'Pair', '-keypass', PASSPHRASE, ...store)
    at.keytool('-importcert', '-noprompt', '-file', 'root.pem', '-alias', 'çâ', ...store)
    if (format === 'jceks') {
      for (const [algorithm, bits] of [
        ['AES', '256'],
        ['DESede', '168'],
        ['HmacSHA256', '256'],
      ] as const) {
        const made = ['-keyalg', algorithm, '-keysize', bits, '-alias', algorithm]
        at.keytool('-genseckey', ...made, ...store)
      }
    }
    const contents = decodeJks(at.read(`store.${format}`), { passphrase: PASSPHRASE })
    assert.deepEqual([contents.skipped, contents.isAuthenticated], [[], true])
    const ours = byAlias(contents.entries)
    const theirs = throughJava(at, format)
    assert.equal(ours.size, format === 'jceks' ? 5 : 2)
    assert.deepEqual(ours, theirs)
  })

  test(`keytool reads the ${format} store that is written here`, (t) => {
    const at = open(t)
    if (at === undefined) return
    const chain = [at.der('leaf'), at.der('root')]
    const entries: KeyFileEntry[] = [
      { kind: 'private-key', alias: 'web', pkcs8: at.pkcs8('leaf'), chain },
      { kind: 'certificate', alias: 'ca', certificate: at.der('root') },
    ]
    if (format === 'jceks') {
      const key = new Uint8Array(32).map((_, index) => index)
      entries.push({ kind: 'secret-key', alias: 'aes', algorithm: 'AES', key })
    }
    const written = encodeJks(entries, { passphrase: PASSPHRASE, format, createdAt: 1e12 })
    at.write(`store.${format}`, written)
    const listed = at.keytool('-list', ...storeOf(format))
    assert.match(listed, /web, Sep \d, 2001, PrivateKeyEntry/)
    assert.match(listed, /ca, Sep \d, 2001, trustedCertEntry/)
    assert.deepEqual(throughJava(at, format), byAlias(entries))
    assert.deepEqual(decodeJks(written, { passphrase: PASSPHRASE }).entries, entries)
  })
}

test('a key under a passphrase of its own is told of, or opened by it', (t) => {
  const at = open(t)
  if (at === undefined) return
  const store = storeOf('jks')
  at.keytool(...PAIR, '-alias', 'common', '-keypass', PASSPHRASE, ...store)
  at.keytool(...PAIR, '-alias', 'own', '-keypass', 'another one', ...store)
  const data = at.read('store.jks')
  const { entries, skipped } = decodeJks(data, { passphrase: PASSPHRASE })
  assert.deepEqual([...byAlias(entries).keys()], ['common'])
  assert.deepEqual(
    skipped.map(({ what }) => what),
    ['own'],
  )
  const own = decodeJks(data, { passphrase: PASSPHRASE, keyPassphrase: 'another one' })
  assert.deepEqual([...byAlias(own.entries).keys()], ['own'])
})
