/** What the command line says to pkcs11-tool, and what it makes of a tool that errs; tokens are in test/interop/pkcs11. */
import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { APPROVAL_ID, approvalAnswer, DIGEST } from './approval-request-rows.ts'
import { claviger, type Ran, type SeenRequest, temporaryFolder } from './test-environment.ts'

const STATEMENT = `claviger approval v1\napprove\ndefault\n${APPROVAL_ID}\n${DIGEST}\np2\n`
const PIN = '83514027'

/** In the place of the tool. */
const TOOL = `#!${process.execPath}
const { createPrivateKey, sign } = require('node:crypto')
const { appendFileSync, readFileSync } = require('node:fs')
const words = process.argv.slice(2)
appendFileSync('FOLDER/calls', JSON.stringify({ words, pin: process.env.CLAVIGER_PKCS11_PIN }) + '\\n')
if (words.includes('--list-objects')) process.stdout.write(readFileSync('FOLDER/objects'))
else if (words.includes('--read-object')) process.stdout.write(readFileSync('FOLDER/public.pem'))
else process.stdout.write(sign(null, readFileSync(0), createPrivateKey(readFileSync('FOLDER/private.pem'))))
`

/** As OpenSC 0.23 writes it. */
const OBJECTS = `Public Key Object; RSA 2048 bits
  label:      k2
  ID:         01
  Usage:      encrypt, verify, wrap
Public Key Object; EC_EDWARDS  EC_POINT 255 bits
  EC_POINT:   04209acbf348f252f92173c437cdf9722c5f0177f55fd62cd62189583a77b310b6d1
  label:      k
  ID:         07
  Usage:      verify
Public Key Object; RSA 2048 bits
  label:      twice
  ID:         02
Public Key Object; RSA 2048 bits
  label:      twice
  ID:         03
`

function toolIn(t: TestContext): string {
  const folder = temporaryFolder(t)
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'public.pem'), publicKey.export({ format: 'pem', type: 'spki' }))
  writeFileSync(join(folder, 'private.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
  writeFileSync(join(folder, 'objects'), OBJECTS)
  writeFileSync(join(folder, 'pkcs11-tool'), TOOL.replaceAll('FOLDER', folder))
  chmodSync(join(folder, 'pkcs11-tool'), 0o755)
  return folder
}

interface Told {
  readonly pin?: string
  readonly typed?: string[]
  readonly words?: string[]
  readonly label?: string
}

function approve(path: string, more: Told = {}) {
  const label = more.label ?? 'k'
  const token = ['--pkcs11-module', 'm.so', '--token-label', 'ann', '--key-label', label]
  const pin = more.pin === undefined ? {} : { CLAVIGER_PKCS11_PIN: more.pin }
  return claviger(['approval', 'approve', APPROVAL_ID, ...token, '--yes', ...(more.words ?? [])], {
    env: { CLAVIGER_ADDRESS: 'https://keeper.example', CLAVIGER_TOKEN: 'x', PATH: path, ...pin },
    answer: ({ path: asked }: SeenRequest) =>
      asked === '/v1/whoami' ? [200, { principal: 'p2', name: 'ann' }] : approvalAnswer(),
    ...(more.typed !== undefined && { typed: more.typed }),
  })
}

function assertSigned(folder: string, { exitCode, stderr, seen }: Ran): void {
  assert.equal(exitCode, 0, stderr)
  const { signature } = (seen.at(-1) as SeenRequest).body as { readonly signature: string }
  const key = createPublicKey(readFileSync(join(folder, 'public.pem')))
  assert.ok(verify(null, Buffer.from(STATEMENT), key, Buffer.from(signature, 'base64')))
}

test('signs the statement itself where the key is Ed25519; the PIN is asked for, and no argument', async (t) => {
  const folder = toolIn(t)
  assertSigned(folder, await approve(folder, { typed: [PIN] }))
  const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')
  const [, read, signed] = calls.map(
    (line) => JSON.parse(line) as { words: string[]; pin?: string },
  )
  assert.equal(read?.pin, undefined, 'reading a public key needs no PIN')
  assert.equal(signed?.pin, PIN)
  assert.ok(signed.words.join(' ').endsWith('--id 07 --sign --mechanism EDDSA'))
  assert.ok(!JSON.stringify([read?.words, signed.words]).includes(PIN))
  assertSigned(folder, await approve(folder, { pin: PIN }))
})

test('does not send what another key has signed', async (t) => {
  const folder = toolIn(t)
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(folder, 'private.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
  const ran = await approve(folder, { pin: PIN })
  assert.equal(ran.exitCode, 8)
  assert.match(ran.stderr, /another key than its public one/)
  assert.ok(ran.seen.every(({ method }) => method === 'GET'))
})

test('says which program is missing, and refuses a PIN on the command line', async (t) => {
  const missing = await approve(temporaryFolder(t), { pin: PIN })
  assert.equal(missing.exitCode, 1)
  assert.match(missing.stderr, /pkcs11-tool is not here: install opensc/)
  const told = await approve(toolIn(t), { words: ['--pin', PIN] })
  assert.equal(told.exitCode, 2)
  assert.match(told.stderr, /--pin-file/)
  const both = await approve(toolIn(t), { pin: PIN, words: ['--approver-key', 'a.key'] })
  assert.equal(both.exitCode, 2)
})

test('takes a label that names one key, and no other', async (t) => {
  const folder = toolIn(t)
  for (const [label, why] of [
    ['nothing', /no public key of the label nothing/],
    ['twice', /several public keys of the label twice/],
  ] as const) {
    const ran = await approve(folder, { pin: PIN, label })
    assert.equal(ran.exitCode, 2)
    assert.match(ran.stderr, why)
  }
})
