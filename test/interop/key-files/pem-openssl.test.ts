// What is in PEM files: every form that openssl and ssh-keygen write a private key in, bundles and P7B.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { decodeKeyFile, detectKeyFile, type KeyFileEntry } from '@claviger/keyfile'
import { type Workshop, workshop } from './foreign-tools.ts'

const PASSPHRASE = 'Grüße'
const KINDS: Readonly<Record<string, readonly string[]>> = {
  rsa: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ec: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
}

function opened(at: Workshop, name: string, passphrase?: string): KeyFileEntry {
  const { entries, skipped } = decodeKeyFile(at.read(name), { passphrase })
  assert.deepEqual([entries.length, skipped], [1, []], name)
  return entries[0] as KeyFileEntry
}

/** As openssl writes the key in PKCS #8, whatever form it has in the file. */
function same(at: Workshop, entry: KeyFileEntry, name: string): void {
  assert.equal(entry.kind, 'private-key')
  if (entry.kind !== 'private-key') return
  at.write('ours.der', entry.pkcs8)
  const ours = at.openssl('pkey', '-inform', 'DER', '-in', 'ours.der', '-outform', 'DER')
  const theirs = at.openssl('pkey', '-in', name, '-passin', 'file:pass', '-outform', 'DER')
  assert.deepEqual(ours, theirs)
}

function open(
  t: TestContext,
  ...tools: readonly ('ssh-keygen' | 'openssl')[]
): Workshop | undefined {
  const at = workshop(t, 'openssl', ...tools)
  at?.write('pass', PASSPHRASE)
  return at
}

for (const [kind, options] of Object.entries(KINDS)) {
  test(`${kind} keys are read in every form that openssl writes`, (t) => {
    const at = open(t)
    if (at === undefined) return
    at.openssl('genpkey', ...options, '-out', 'key.pem')
    const write = (name: string, ...how: readonly string[]): unknown =>
      at.openssl('pkey', '-in', 'key.pem', '-out', name, '-passout', 'file:pass', ...how)
    write('traditional.pem', '-traditional')
    write('pkcs8.der', '-outform', 'DER')
    write('traditional.der', '-traditional', '-outform', 'DER')
    for (const name of ['key.pem', 'traditional.pem', 'pkcs8.der', 'traditional.der']) {
      same(at, opened(at, name), 'key.pem')
    }
    for (const cipher of ['-aes256', '-aes128', '-des3']) {
      for (const form of [['-traditional'], []]) {
        write('sealed.pem', cipher, ...form)
        same(at, opened(at, 'sealed.pem', PASSPHRASE), 'key.pem')
        const guess = (passphrase?: string): unknown =>
          decodeKeyFile(at.read('sealed.pem'), { passphrase })
        assert.throws(() => guess(), { code: 'passphrase-needed' })
        assert.throws(() => guess('wrong'), { code: 'wrong-passphrase' })
      }
    }
  })
}

test('a bundle gives its key with the chain in order, and says what else was there', (t) => {
  const at = open(t)
  if (at === undefined) return
  at.certificate('root')
  at.certificate('leaf', 'root')
  at.certificate('other')
  at.openssl('x509', '-in', 'leaf.pem', '-pubkey', '-noout', '-out', 'leaf.pub')
  const parts = ['root.pem', 'leaf.key', 'leaf.pub', 'leaf.pem', 'root.pem']
  at.write(
    'bundle.pem',
    parts.map((name) => Buffer.from(at.read(name)).toString()).join('a line\n'),
  )
  const { format, entries, skipped } = decodeKeyFile(at.read('bundle.pem'))
  const chain = [at.der('leaf'), at.der('root')]
  assert.equal(format, 'pem')
  assert.deepEqual(entries[0], { kind: 'private-key', pkcs8: at.pkcs8('leaf'), chain })
  assert.equal(skipped[0]?.what, 'public key')
})

test('P7B gives its certificates, in DER and in PEM', (t) => {
  const at = open(t)
  if (at === undefined) return
  at.certificate('root')
  at.certificate('leaf', 'root')
  const bundle = ['crl2pkcs7', '-nocrl', '-certfile', 'leaf.pem', '-certfile', 'root.pem']
  at.openssl(...bundle, '-out', 'b.p7b')
  at.openssl(...bundle, '-outform', 'DER', '-out', 'b.der')
  assert.equal(detectKeyFile(at.read('b.der')), 'pkcs7')
  for (const name of ['b.p7b', 'b.der']) {
    const { entries } = decodeKeyFile(at.read(name))
    const found = entries.map((entry) => entry.kind === 'certificate' && entry.certificate)
    assert.deepEqual(found, [at.der('leaf'), at.der('root')])
  }
})

for (const [type, bits] of [
  ['rsa', '2048'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
  ['ed25519', ''],
] as const) {
  test(`an OpenSSH key is read: ${type} ${bits}`, (t) => {
    const at = open(t, 'ssh-keygen')
    if (at === undefined) return
    const size = bits === '' ? [] : ['-b', bits]
    at.sshKeygen('-t', type, ...size, '-N', '', '-C', 'ann@home', '-f', 'id')
    const entry = opened(at, 'id')
    assert.ok(entry.kind === 'private-key' && entry.alias === 'ann@home')
    if (type === 'ed25519') {
      // ssh-keygen has no other form of it: the public halves are compared.
      at.write('ours.der', entry.pkcs8)
      const spki = at.openssl(
        'pkey',
        '-inform',
        'DER',
        '-in',
        'ours.der',
        '-pubout',
        '-outform',
        'DER',
      )
      const line = Buffer.from(at.read('id.pub')).toString().split(' ')[1] ?? ''
      assert.deepEqual(spki.subarray(-32), Buffer.from(line, 'base64').subarray(-32))
      return
    }
    at.write('copy', at.read('id'))
    at.sshKeygen('-p', '-m', 'PEM', '-N', '', '-f', 'copy')
    same(at, entry, 'copy')
  })
}

test('an OpenSSH key under a passphrase is told of, with what to do', (t) => {
  const at = open(t, 'ssh-keygen')
  if (at === undefined) return
  at.sshKeygen('-t', 'ed25519', '-N', 'open sesame', '-f', 'id')
  const { entries, skipped } = decodeKeyFile(at.read('id'), { passphrase: 'open sesame' })
  assert.deepEqual(entries, [])
  assert.match(skipped[0]?.why ?? '', /bcrypt-pbkdf.*ssh-keygen -p/)
})
